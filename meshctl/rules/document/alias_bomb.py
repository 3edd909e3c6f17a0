"""A document's aliases unfold into more values than any object has.

A few lines of nested aliases can stand for billions of values; kubectl refuses them too, so that
the document cannot be applied.

Fix: write the values out, or remove the aliases.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
