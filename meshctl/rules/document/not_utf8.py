"""A file is not UTF-8 text.

Kubernetes reads UTF-8 alone, so the document cannot be applied.

Fix: save the file as UTF-8.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
