"""A single document is larger than any object that Kubernetes stores.

The API server refuses requests over 3 MB, and etcd objects over 1.5 MB. The document was not
analysed.

Fix: split the document, or leave the file out with `.meshctlignore`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
