"""A mapping has the same key twice.

The API server refuses it since Kubernetes 1.25 when validation is strict, as kubectl asks by
default; older tools keep the last value without a word, so one of the two is not what runs.

Fix: keep one of the two, or merge their contents.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.1.0")
