"""A value has a YAML tag that Kubernetes does not know.

kubectl drops the tag and keeps the plain value, so whatever should have replaced it (a reference,
an include, a Python object) is never put in.

Fix: render the file with the tool the tag belongs to, or remove the tag.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
