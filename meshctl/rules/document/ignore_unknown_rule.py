"""An ignore names a rule that doesn't exist, so it ignores nothing.

Rules are named by their id, their family, a glob, or by the code that istioctl or Kiali has for
the same check.

Fix: write the id that the finding shows in brackets, or delete the ignore.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.2.0")
