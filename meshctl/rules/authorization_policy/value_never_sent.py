"""A policy asks for a path or a host of a form that no request has.

A path begins with a slash, and a host is a name with or without a port: no scheme, no path. Such a
value matches nothing. An ALLOW rule lets nothing in by it, a DENY rule refuses nothing.

Fix: write paths as `/api/*` and hosts as `shop.example.com`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report paths without a slash at the beginning, patterns of regexes at their end, and URLs for hosts."""
    for operation in policy.operations:
        for field in ("paths", "notPaths"):
            for index, path in enumerate(operation.texts(field)):
                place = operation.at(field, index)
                if not path.startswith(("/", "*")):
                    text = f"{quoted(path)} never matches: every path begins with a slash"
                    found = Finding(place, text)
                    yield found if "." in path else found.fixed_by(put(place, f"/{path}"))
                elif path.endswith("/.*"):
                    text = (
                        f"{quoted(path)} is compared as text: only what goes on with a dot matches"
                    )
                    yield Finding(place, text, severity=Severity.WARNING)
        for field in ("hosts", "notHosts"):
            for index, host in enumerate(operation.texts(field)):
                if "/" in host:
                    text = f"{quoted(host)} never matches: a host has no scheme and no path"
                    yield Finding(operation.at(field, index), text)
