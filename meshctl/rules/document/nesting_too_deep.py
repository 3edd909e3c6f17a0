"""A document is nested deeper than any Kubernetes object can be.

The document is not read further, so that no input can exhaust the reader; the API server would
refuse it as well.

Fix: remove the nesting; a file like this is damaged or hostile.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
