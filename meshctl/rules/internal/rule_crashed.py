"""A rule of meshctl crashed.

The other rules still ran, but what this one would have said about the resource is missing, so the
command ends with exit code 2.

Fix: report the crash with the resource; `--ignore` the rule until it is mended.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
