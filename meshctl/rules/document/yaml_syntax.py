"""A document is not YAML.

Nothing in it can be applied, and nothing in it was analysed; the other documents of the file were.

Fix: mend the line that the message names; indent with spaces, and quote text that holds `: ` or
` #`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
