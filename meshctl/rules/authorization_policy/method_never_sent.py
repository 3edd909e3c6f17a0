"""An AuthorizationPolicy names a method that no client sends.

Methods are compared as text: `get` is not `GET`, and `GET,POST` is no list. An ALLOW rule with it
lets nothing in, a DENY rule refuses nothing.

Fix: write the method in capitals; `*`, `GET*` and `*ET` are allowed too. Each method is an
entry of its own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import is_no_method
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_METHODS = frozenset({
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
})  # fmt: skip


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, equivalents=("KIA0102",), since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report small letters as errors, other words as info: WebDAV has methods of its own."""
    for operation in policy.operations:
        for key in ("methods", "notMethods"):
            for index, method in enumerate(operation.texts(key)):
                word = method.strip("*")
                if not word or any(word in known for known in _METHODS):
                    continue
                if any(word.strip().upper() in known for known in _METHODS):
                    sent = method.strip().upper()
                    yield Finding(
                        operation.at(key, index),
                        f"method {quoted(method)} never matches; clients send {sent}",
                    ).fixed_by(put(operation.at(key, index), sent))
                elif is_no_method(word):
                    yield Finding(
                        operation.at(key, index),
                        f"{quoted(method)} never matches: a method is one word",
                    )
                else:
                    yield Finding(
                        operation.at(key, index),
                        f"{quoted(method)} is no method of HTTP and matches that very word alone",
                        severity=Severity.INFO,
                    )
