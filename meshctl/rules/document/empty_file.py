"""A file holds no document.

It has nothing but blank lines and comments, so nothing comes of applying it.

Fix: remove the file, or find out what emptied it.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.INFO, since="0.1.0")
