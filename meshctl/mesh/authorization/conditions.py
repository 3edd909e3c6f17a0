"""Matches an arrival with one condition of a rule: a field of ``from`` or ``to``, a ``when`` key.

Mirrors the generators of pilot/pkg/security/authz/model/generator.go (Istio 1.31). What can't be
written for a connection without HTTP, or not at all, is ``None``: an ALLOW rule is left out then,
and any other rule loses just this condition.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from meshctl.mesh.authorization import written_values
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.authorization.path_template import is_path_template, template_takes
from meshctl.mesh.authorization.trust_domains import expanded, with_aliases
from meshctl.words import whole_number

Test = Callable[[Arrival], bool]
_MOST_PORT = 65535
_PRINCIPAL = "source.principal"
"""The key whose values are tested together."""


class Writer(NamedTuple):
    """What a condition depends on beside its own text."""

    home: str
    """The namespace of the policy."""
    domains: tuple[str, ...]
    """The names of the mesh's trust domain."""
    for_tcp: bool


class Condition(NamedTuple):
    """A key with values of which one must be met, and values of which none may be."""

    key: str
    values: tuple[str, ...]
    not_values: tuple[str, ...]

    def tests(self, writer: Writer) -> Iterator[Test | None]:
        """Walk what it asks; ``None`` where a value can't be written."""
        for values, negated in ((self.values, False), (self.not_values, True)):
            if values:
                tests = list(_written(self.key, _meant(self.key, values, writer), writer))
                yield from (None for test in tests if test is None)
                known = [test for test in tests if test is not None]
                if known:
                    yield partial(_none_of if negated else _any_of, known)


def is_known_key(key: str) -> bool:
    """Does Istio know this key of ``when``? A rule with another one is left out."""
    return (
        key == _PRINCIPAL
        or key in _BY_KEY
        or key.startswith(("request.headers", "request.auth.claims", "experimental.envoy.filters."))
    )


def _any_of(tests: Sequence[Test], arrival: Arrival) -> bool:
    return any(test(arrival) for test in tests)


def _none_of(tests: Sequence[Test], arrival: Arrival) -> bool:
    return not any(test(arrival) for test in tests)


def _meant(key: str, values: Sequence[str], writer: Writer) -> Sequence[str]:
    if key == _PRINCIPAL:
        return with_aliases(values, writer.domains)
    return expanded(values, writer.domains) if key == "source.trustDomain" else values


def _written(key: str, values: Sequence[str], writer: Writer) -> Iterator[Test | None]:
    """Write a test for each value, or ``None``."""
    if writer.for_tcp and (key in _HTTP_ONLY or key.startswith("request.")):
        yield from (None for _ in values)
    elif key.startswith("request.headers"):
        name = _bracketed(key.removeprefix("request.headers"))
        yield from (partial(_header, name, value) if name else None for value in values)
    elif key.startswith("request.auth.claims"):
        path = _claim_path(key.removeprefix("request.auth.claims"))
        yield from (partial(_claim, path, value) if path else None for value in values)
    elif key == _PRINCIPAL:
        yield from _principals(values)
    elif key.startswith("experimental."):
        yield from (_unknown for _ in values)
    else:
        make = _BY_KEY[key]
        yield from (make(value, writer) for value in values)


def _unknown(_: Arrival) -> bool:
    """Metadata of other filters can't be known here; it is taken to be absent."""
    return False


def _bracketed(text: str) -> str:
    return text[1:-1].lower() if text.startswith("[") and text.endswith("]") else ""


def _claim_path(text: str) -> tuple[str, ...]:
    """Read ``[a][b]`` as a path; with other brackets inside it is one name."""
    if not (text.startswith("[") and text.endswith("]")):
        return ()
    parts = text[1:-1].split("][")
    return tuple(parts) if not any("[" in part or "]" in part for part in parts) else (text[1:-1],)


def _header(name: str, value: str, arrival: Arrival) -> bool:
    http = arrival.http
    return http is not None and written_values.takes_header(value, _header_of(http, name))


def _header_of(http: HttpRequest, name: str) -> str | None:
    pseudo = {
        ":authority": http.host,
        "host": http.host,
        ":method": http.method,
        ":path": http.path,
    }
    return pseudo[name] if name in pseudo else http.headers.get(name)


def _claim(path: Sequence[str], value: str, arrival: Arrival) -> bool:
    found: Any = arrival.claims
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    several = found if isinstance(found, (list, tuple)) else (found,)
    return any(isinstance(one, str) and written_values.takes(value, one) for one in several)


def _request_principal(value: str, arrival: Arrival) -> bool:
    """Compare issuer and subject, each by its half of the value (split at the last slash)."""
    claims = arrival.claims or {}
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str):
        return False
    if value == "*":
        return bool(issuer and subject)
    wanted, slash, wanted_subject = value.rpartition("/")
    if not slash and value.startswith("*"):
        return bool(issuer) and subject.endswith(value.removeprefix("*"))
    if not slash and value.endswith("*"):
        return issuer.startswith(value.removesuffix("*")) and bool(subject)
    if not slash:
        return issuer == value and not subject
    if value.startswith("*"):
        return written_values.takes(wanted, issuer) and subject == wanted_subject
    if value.endswith("*"):
        return issuer == wanted and written_values.takes(wanted_subject, subject)
    return issuer == wanted and subject == wanted_subject


def _identity(compare: Callable[[str], bool], arrival: Arrival) -> bool:
    return arrival.principal is not None and compare(arrival.principal)


def _principals(values: Sequence[str]) -> Iterator[Test]:
    """Write one test for all whole names, and one for each that has a wildcard."""
    is_open = {value: value.startswith("*") or value.endswith("*") for value in values}
    whole = frozenset(one for one in is_open if not is_open[one])
    if whole:
        yield partial(_identity, whole.__contains__)
    for one, is_wild in is_open.items():
        if is_wild:
            yield partial(_identity, partial(written_values.takes_principal, one))


def _namespace(value: str, _: Writer) -> Test:
    return partial(_identity, partial(written_values.takes_namespace, value))


def _account(value: str, writer: Writer) -> Test:
    compare = partial(written_values.takes_account, value, home=writer.home)
    return partial(_identity, compare)


def _trust_domain(value: str, _: Writer) -> Test:
    return partial(_identity, partial(written_values.takes_trust_domain, value))


def _address(field: str, value: str, _: Writer) -> Test | None:
    if not written_values.is_block(value):
        return None
    return lambda arrival: written_values.takes_address(value, getattr(arrival, field))


def _port(value: str, _: Writer) -> Test | None:
    port = whole_number(value)
    return None if port is None or port > _MOST_PORT else lambda arrival: arrival.port == port


def _sni(value: str, _: Writer) -> Test:
    return lambda arrival: written_values.takes(value, arrival.sni)


def _host(value: str, _: Writer) -> Test:
    return lambda arrival: (
        arrival.http is not None and written_values.takes_host(value, arrival.http.host)
    )


def _method(value: str, _: Writer) -> Test:
    return lambda arrival: (
        arrival.http is not None and written_values.takes_header(value, arrival.http.method)
    )


def _path(value: str, _: Writer) -> Test:
    compare = template_takes if is_path_template(value) else written_values.takes
    return lambda arrival: arrival.http is not None and compare(value, arrival.http.bare_path)


def _token(value: str, _: Writer) -> Test:
    return partial(_request_principal, value)


def _claim_of(name: str, value: str, _: Writer) -> Test:
    return partial(_claim, (name,), value)


_HTTP_ONLY = frozenset({"hosts", "methods", "paths"})
_BY_KEY: Mapping[str, Callable[[str, Writer], Test | None]] = {
    "hosts": _host,
    "methods": _method,
    "paths": _path,
    "destination.port": _port,
    "destination.ip": partial(_address, "destination_ip"),
    "connection.sni": _sni,
    "source.ip": partial(_address, "source_ip"),
    "remote.ip": partial(_address, "remote_ip"),
    "source.namespace": _namespace,
    "source.trustDomain": _trust_domain,
    "source.serviceAccount": _account,
    "request.auth.principal": _token,
    "request.auth.audiences": partial(_claim_of, "aud"),
    "request.auth.presenter": partial(_claim_of, "azp"),
}
