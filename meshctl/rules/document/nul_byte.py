"""A file holds a NUL byte.

YAML allows no NUL, so nothing in the document can be applied. Such files are often UTF-16 text
without a byte order mark, or not text at all.

Fix: save the file as UTF-8, or leave it out with `.meshctlignore`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
