r"""A rule matches paths by a regex and rewrites them to one text.

`rewrite.uri` takes the place of the prefix that a rule matches, and of the whole path where it matches by a regex: all
that followed is lost, and every request asks the server for the same path. That is right for a file such as
`/index.html`, which isn't reported.

Fix: match by `prefix`, or keep the rest with `uriRegexRewrite`, as in `match: ^/v[0-9]+/(.*)$`, `rewrite: /\1`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import PATH, StringMatch, find_text
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("regex",),
    holds=("rewrite",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report rewrites of rules one of whose regexes takes all paths below another one."""
    for route in service.http:
        uri = route.child("rewrite").text("uri") if route.has("rewrite") else ""
        if "." in uri.rpartition("/")[2]:
            continue  # one page for all, as of an application in the browser
        patterns = [match.child("uri").text("regex") for match in route.matches] if uri else []
        dropped = next(
            (below for pattern in patterns if pattern and (below := _below(pattern))), None
        )
        if dropped is not None:
            yield Finding(
                route.child("rewrite").at("uri"),
                f"{quoted(dropped)} becomes {quoted(uri)}, as all paths that the regex takes: the whole path is replaced",
            )


def _below(pattern: str) -> str | None:
    """Find a path that continues a shorter one, where a regex takes both."""
    regex = StringMatch("regex", pattern)
    found = find_text((regex,), (), PATH)
    if not isinstance(found, str):
        return None
    longer = f"{found.rstrip('/')}/items/7"
    return longer if regex.takes(longer, PATH) else None
