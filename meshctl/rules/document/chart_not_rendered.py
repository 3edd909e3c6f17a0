"""A Helm chart does not render with the values that are known, so nothing in it is checked.

Helm says why, often with the line of the template: a value that is required and missing, a function
that fails, a sub-chart that was not fetched, or limits of time and output that were passed.

Fix: give the values that the chart asks for (`--values FILE`, `--set-value`, or `render:` in the config
file), run `helm dependency build` for sub-charts, or leave the chart out with `.meshctlignore`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
