"""An item of a List is no object.

kubectl refuses the whole List for it: nothing of it is applied, the good items neither.

Fix: write an object with `apiVersion`, `kind` and `metadata`, or delete the item.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
