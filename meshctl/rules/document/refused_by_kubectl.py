"""A text is YAML, but kubectl refuses the whole file for it.

kubectl cuts a file at lines of `---` before it reads any YAML: it takes no text beside `---`, no
`%YAML` directive, and reads a file that starts with a brace as JSON alone. Helm, kustomize and
Argo CD may read more than kubectl.

Fix: begin the document on the line below `---`, remove the `%YAML` directive, and write what starts
with a brace as strict JSON.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.2.0")
