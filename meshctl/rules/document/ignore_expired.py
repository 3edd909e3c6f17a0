"""An ignore of the config file has passed its date.

It hides nothing any more: its findings count again.

Fix: mend the findings and remove the entry, or give it a new date.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
