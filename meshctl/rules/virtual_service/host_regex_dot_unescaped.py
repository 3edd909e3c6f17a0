r"""A regex for a host name has a dot that stands for any character.

`api.example.com` as a regex takes `apixexample.com`, too. For `authority` a request for another
host gets in; in `allowOrigins` of a CORS policy it is a way in for somebody who registers the
other name.

Fix: write `\.` (or `[.]`) for each dot of the name, or use `exact`.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Ref, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_BARE_DOT = re.compile(r"(?<=[A-Za-z0-9*+)])(?<!\\)\.(?=[A-Za-z0-9]+(?:\\?\.|$|[:/$(]))")


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("regex",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report dots between the labels of a name that are not escaped."""
    for pattern, place in _patterns(service):
        dot = _BARE_DOT.search(pattern)
        if dot is not None:
            yield Finding(
                place,
                f"the dot before {quoted(pattern[dot.end() :])} stands for any character here; "
                "write \\. for a dot",
            ).fixed_by(put(place, _BARE_DOT.sub(r"\.", pattern)), safe=False)


def _patterns(service: VirtualService) -> Iterator[tuple[str, Ref]]:
    for condition in service.conditions:
        for kind, text in condition.texts if condition.field == "authority" else ():
            if kind == "regex":
                yield text, condition.view.at(kind)
    for route in service.http:
        for index, origin in route.child("corsPolicy").items("allowOrigins"):
            pattern = origin.get("regex")
            if isinstance(pattern, str):
                yield pattern, route.at("corsPolicy", "allowOrigins", index, "regex")
