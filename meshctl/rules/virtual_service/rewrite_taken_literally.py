r"""A rewrite or redirect has a pattern or a URL where Istio takes text.

`rewrite.uri` and `redirect.uri` are written into the request as they stand, stars, `$1` and `{id}`
too; only `uriRegexRewrite` has groups, and RE2 writes them `\1`, never `$1`. An `authority` is a host
without scheme and path. And a `uriRegexRewrite` whose pattern is in no path of the rule changes nothing.

Fix: use `uriRegexRewrite` with groups such as `\1`, and write hosts without `https://`.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import PATH, WRITTEN_KINDS, StringMatch, find_text
from meshctl.resources import Route, View, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_GROUP = re.compile(r"\$\{?\d|\\\d")
_DOLLAR = re.compile(r"\$\{?(\d)\}?")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("rewrite", "redirect"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report stars, groups and URLs in what is taken as text, and patterns that no path has."""
    for route in service.http:
        for field in ("rewrite", "redirect"):
            view = route.child(field)
            text = view.text("uri")
            if "*" in text or _GROUP.search(text) or re.search(r"\{\w+\}", text):
                message = f"{field}.uri {quoted(text)} is written into the path as it stands"
                yield Finding(view.at("uri"), message)
            host = view.text("authority")
            if "/" in host:
                message = f"{quoted(host)} is no host: those have no scheme and no path"
                yield Finding(view.at("authority"), message)
        if route.has("rewrite"):
            yield from _regex(route, route.child("rewrite", "uriRegexRewrite"))


def _regex(route: Route, rewrite: View) -> Iterator[Outcome]:
    written, pattern = rewrite.text("rewrite"), rewrite.text("match")
    if _DOLLAR.search(written):
        groups = _DOLLAR.sub(r"\\\1", written)
        message = f"{quoted(written)} writes the dollar as it stands; groups are {quoted(groups)}"
        yield Finding(rewrite.at("rewrite"), message).fixed_by(put(rewrite.at("rewrite"), groups))
    uris = [match.child("uri") for match in route.matches]
    asked = [StringMatch(kind, uri.text(kind)) for uri in uris for kind in WRITTEN_KINDS]
    paths = [path for path in asked if path.value]
    if pattern and len(paths) == len(uris) > 0:
        stem = pattern.removeprefix("^")
        anywhere = f"{'' if stem != pattern else '.*'}(?:{stem.removesuffix('$')})"
        searched = StringMatch("regex", anywhere if stem.endswith("$") else f"{anywhere}.*")
        if all(find_text((path, searched), (), PATH) is None for path in paths):
            message = f"{quoted(pattern)} is in no path of this rule, so that nothing is rewritten"
            yield Finding(rewrite.at("match"), message, severity=Severity.WARNING)
