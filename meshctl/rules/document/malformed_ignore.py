"""An ignore comment cannot be read, so that it hides nothing.

Fix: write `# meshctl: ignore[rule-id] reason`, with several ids parted by commas.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
