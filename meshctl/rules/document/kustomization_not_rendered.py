"""A kustomization does not build, so nothing in it is checked.

kustomize says why: a file that is missing, a patch without target, a resource that stands on another
server. meshctl asks no server for it.

Fix: mend what kustomize names; copy what stands elsewhere, or leave the directory out with
`.meshctlignore`.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.WARNING, since="0.1.0")
