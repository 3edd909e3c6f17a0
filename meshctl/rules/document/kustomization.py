"""A kustomization was found, and its result was not analysed.

Patches, name prefixes and generators change the objects; the plain resources beside it were
analysed as they are in their files.

Fix: run the command of the message, which builds the kustomization and analyses the result.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.INFO, since="0.1.0")
