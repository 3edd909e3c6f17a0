r"""A rewrite names a group that its pattern doesn't have.

`\1` in `uriRegexRewrite.rewrite` is what the first group in parentheses took, `\0` all that the pattern took.
RE2 replaces nothing where the text names a group that there isn't: the path goes on as it came.

Fix: put what is to be kept in parentheses, or name a group that there is.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.re2.parser import capturing_groups
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import amount, quoted

_NAMED = re.compile(r"\\\\|\\(\d)")
"""A backslash that stands for itself, or the number of a group."""


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("uriRegexRewrite",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report the greatest number beyond the groups of the pattern."""
    for route in service.http:
        rewrite = route.child("rewrite", "uriRegexRewrite")
        written = rewrite.text("rewrite")
        named = max((int(one[1]) for one in _NAMED.finditer(written) if one[1]), default=0)
        there = capturing_groups(rewrite.text("match")) if named else None
        if there is not None and named > there:
            yield Finding(
                rewrite.at("rewrite"),
                f"{quoted(written)} names group {named}, and {quoted(rewrite.text('match'))} has "
                f"{amount(there, 'group')}: nothing is rewritten",
            )
