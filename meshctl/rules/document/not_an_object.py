"""A document is not a mapping.

Every Kubernetes object is a mapping with `apiVersion` and `kind`; a list or a plain text at the
top of a document can't be applied.

Fix: remove the dashes before the objects and part them with `---`, or put them below `items:` of
a `kind: List`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
