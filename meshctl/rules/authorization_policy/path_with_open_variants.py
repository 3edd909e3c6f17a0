"""A rule shuts out one spelling of a path, and others lead to the same page.

The proxy compares texts. A DENY rule for `/admin`, and an ALLOW rule with that in `notPaths`, let
`/admin/` through, and one for `/admin/*` lets `/admin` through. Most applications answer both
alike, and some answer `//admin` or `/ADMIN` too.

Fix: name both, `/admin` and `/admin/*`; safer is an ALLOW policy that names the paths that may be
called, with `pathNormalization: MERGE_SLASHES` in the mesh config.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ShutOutPaths, shut_out
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, append, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.INFO, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report paths that are shut out with or without a final slash alone."""
    for operation, key in shut_out(policy, "paths"):
        written = operation.texts(key)
        paths = ShutOutPaths(written)
        for index, path in enumerate(written):
            variant = paths.open_variant(path)
            if variant:
                yield Finding(
                    operation.at(key, index),
                    f"path {quoted(variant)} is not {quoted(path)} and gets past this rule, and many "
                    "applications answer both alike",
                ).fixed_by(append(operation.at(key), variant), safe=False)
