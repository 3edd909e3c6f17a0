"""An ignore hides nothing.

The finding it was written for is gone, or it stands on another line. Left in place it would hide
the next finding there.

Fix: remove the comment.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
