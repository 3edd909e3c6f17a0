"""A `uri` condition asks for something that no path is.

Envoy compares the path from its first slash up to the query, as it was sent: encoded and without
`?x=1`. A condition without the leading slash, with a query or with a blank never matches, so the rule
gets no request.

Fix: begin with `/`, move the query to `queryParams`, and write a blank as `%20`.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import PATH, StringMatch, find_text
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_ASTERISK = "*"
"""The one path without a slash, of ``OPTIONS *``."""

_WITHOUT_SLASH = re.compile(r"\w[\w/-]*")
"""A path that lacks its slash and nothing else; with a dot or colon it may be a host or URL."""


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("uri",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report conditions that the path of no request meets."""
    for condition in service.conditions:
        for kind, value in condition.texts if condition.field == "uri" else ():
            path = StringMatch(kind, value)
            has_blank = kind != "regex" and " " in value
            if value != _ASTERISK and (has_blank or find_text((path,), (), PATH) is None):
                place = condition.view.at(kind)
                found = Finding(place, f"no path matches {path}: {_why(path)}")
                if kind != "regex" and _WITHOUT_SLASH.fullmatch(value):
                    found = found.fixed_by(put(place, f"/{value}"))
                yield found


def _why(path: StringMatch) -> str:
    if path.kind != "regex" and not path.value.startswith("/"):
        return "every path begins with a slash"
    if path.kind != "regex" and " " in path.value:
        return "paths are sent encoded, and a blank is %20 there"
    if "?" in path.value:
        return "paths are compared without their query; queryParams has conditions on that"
    return "the whole path must match, from its slash to the query"
