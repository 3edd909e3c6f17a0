r"""A condition on a header takes a part of it, and Envoy compares the whole.

Cookies share one header in any order: `Cookie: first=1; user=ann; last=2`, with a blank behind each
semicolon. A condition that takes `user=ann` alone fails as soon as a browser sends another cookie.
A regex for `User-Agent` must match everything that the browser says, and `^v2` takes `v2` alone, of headers and of
query parameters.

Fix: let the rest in: `regex: ^(.*;\s*)?user=ann(;.*)?$` for a cookie, `.*Mobile.*` for a word, `^v2.*` for a beginning.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import StringMatch, matched_in_part
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0",
    holds=("headers", "withoutHeaders", "queryParams"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report conditions on cookies and long headers that leave no room for the rest."""
    for condition in service.conditions:
        for kind, text in condition.texts if condition.name else ():
            missed = matched_in_part(condition.name, StringMatch(kind, text))
            if missed is not None:
                yield Finding(
                    condition.view.at(kind),
                    f"{quoted(missed.value)} doesn't match {kind} {quoted(text)}: {missed.why}",
                    severity=Severity.INFO if missed.has_room else None,
                )
