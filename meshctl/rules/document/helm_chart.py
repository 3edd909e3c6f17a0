"""A Helm chart was skipped, because its templates are not manifests yet.

Only rendered manifests can be analysed: values decide which objects there are.

Fix: run the command of the message, which renders the chart and analyses the result.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.INFO, since="0.1.0")
