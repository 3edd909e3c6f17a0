"""A file in a directory could not be read.

It was left out, so that what it declares is missing from the analysis.

Fix: make the file readable for the user that runs meshctl, or leave it out with `.meshctlignore`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
