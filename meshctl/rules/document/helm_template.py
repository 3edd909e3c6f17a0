"""A file with template actions was skipped, because it is not a manifest yet.

What stands between `{{` and `}}` is decided when the template is rendered.

Fix: render it first (`helm template … | meshctl analyze -`), or leave the file out with
`.meshctlignore`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.INFO, since="0.1.0")
