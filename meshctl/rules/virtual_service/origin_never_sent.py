r"""A corsPolicy allows an origin that no browser sends.

A browser's `Origin` is a scheme and a host, with the port where it isn't the scheme's own:
`https://www.example.com`. It has no path and no slash at the end. `exact` compares the whole text, a star
in it too, unless the star is all; a regex must match the whole. Browsers then block the answer.

Fix: write `exact: https://www.example.com`, or a regex such as `https://.*\.example\.com`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import WRITTEN_KINDS, StringMatch, find_text
from meshctl.resources import View, VirtualService
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, rule

_ORIGIN = StringMatch("regex", r"[a-z][a-z0-9+-]*://(\[[0-9a-f:.]+\](:\d+)?|[^/*\[\]]+)|null")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("corsPolicy",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report conditions on origins that none meets."""
    for route in service.http:
        for view in views(route.child("corsPolicy"), "allowOrigins", View):
            for kind in WRITTEN_KINDS:
                asked = StringMatch(kind, view.text(kind))
                if not asked.value or (kind == "exact" and asked.value == "*"):
                    continue
                if find_text((asked, _ORIGIN), ()) is None:
                    text = (
                        f"no origin matches {asked}: browsers send scheme and host, no slash behind"
                    )
                    yield Finding(view.at(kind), text)
