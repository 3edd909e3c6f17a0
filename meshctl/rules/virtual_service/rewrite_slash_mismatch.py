"""A rewritten prefix ends with a slash and its replacement doesn't, or the other way round.

Envoy replaces just the text of the prefix. `prefix: /foo` with `rewrite: /` makes `//x` of
`/foo/x`; `prefix: /foo/` with `rewrite: /bar` makes `/barx` of it. The application answers 404 or
redirects, and usually only below the path that was tried.

Fix: end both with a slash or neither; for a rewrite to `/` match `prefix: /foo/` first and
`exact: /foo` beside it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import broken_example
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("rewrite",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report rewrites that break paths which no earlier prefix with a slash takes away."""
    seen: set[str] = set()
    for route in service.http:
        replacement = route.child("rewrite").text("uri")
        matches = [match.child("uri") for match in route.matches]
        for uri in matches:
            prefix = uri.text("prefix")
            example = broken_example(prefix, replacement)
            if example is not None and f"{prefix}/" not in seen:
                found = Finding(
                    route.at("rewrite", "uri"),
                    f"prefix {quoted(prefix)} rewritten to {quoted(replacement)} makes {example[1]} of "
                    f"{example[0]}; only the text of the prefix is replaced",
                ).also(uri.at("prefix"), "the prefix that is replaced")
                if prefix.endswith("/") and len(matches) == 1:
                    found = found.fixed_by(put(route.at("rewrite", "uri"), f"{replacement}/"))
                yield found
            seen.add(prefix)
