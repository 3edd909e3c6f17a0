"""Conditions of a rule that no arrival meets together, and exceptions from what isn't matched anyway.

All fields of a source or an operation have to be met, and all of ``when`` beside them: Model.Generate and
generatePolicy (pilot/pkg/security/authz/model/model.go, Istio 1.31). Where values don't tell, such as path
templates, the answer is no.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import NamedTuple

from meshctl.mesh.authorization.path_template import is_path_template
from meshctl.mesh.authorization.rule_cover import ADDRESSES, namespaces_of, takes_all_of
from meshctl.mesh.authorization.rule_tests import OF_OPERATION, OF_SOURCE
from meshctl.resources import AuthorizationRule, Ref, View
from meshctl.resources.view import Path

_NAMESPACE = "source.namespace"
_PRINCIPAL = "source.principal"
_SINGLE = frozenset({
    _NAMESPACE, _PRINCIPAL, "destination.port", "hosts", "methods", "paths", "connection.sni", *ADDRESSES,
})  # fmt: skip
"""What an arrival has one of; of claims and the like a token may have several."""
_Mapped = dict[str, list["_Asked"]]


class Contradiction(NamedTuple):
    """The values that nobody has together with those of another place."""

    place: Ref
    other: Ref


class _Asked(NamedTuple):
    """What one field or condition asks of a key."""

    view: View
    values: tuple[str, ...]
    not_values: tuple[str, ...]
    field: str
    not_field: str

    @property
    def place(self) -> Ref:
        return self.view.key(self.field)

    @property
    def not_place(self) -> Ref:
        return self.view.key(self.not_field)


def contradictions(rule: AuthorizationRule) -> Iterator[Contradiction]:
    """Walk the alternatives of a rule that nobody meets, the first reason of each."""
    groups = _groups(rule)
    several = (next(_excluding(asked), None) for group in groups for asked in group)
    yield from {found.place.path: found for found in several if found is not None}.values()


def idle_exceptions(rule: AuthorizationRule) -> Iterator[Contradiction]:
    """Walk the values that are excepted, though none of those that are asked for takes them in."""
    found: dict[Path, Contradiction] = {}
    for group in _groups(rule):
        counts: dict[Path, int] = {}
        for each in (each for asked in group for each in _idle(asked)):
            counts[each.place.path] = counts.get(each.place.path, 0) + 1
            is_shared = each.place.path[: len(rule.path) + 1] == (*rule.path, "when")
            if counts[each.place.path] == (len(group) if is_shared else 1):
                found.setdefault(each.place.path, each)
    yield from found.values()


def _idle(asked: _Mapped) -> Iterator[Contradiction]:
    for key, several in asked.items():
        others = [one for one in _distinct(several) if one.values and _is_single(key)]
        for one in several:
            for index, text in enumerate(one.not_values):
                by = _without(key, text, asked, others)
                if by is not None:
                    yield Contradiction(one.view.at(one.not_field, index), by.place)


def _without(key: str, text: str, asked: _Mapped, own: Sequence[_Asked]) -> _Asked | None:
    """Find what asks for other values than one that is excepted; ``own`` asks for some of the key."""
    for one in own:
        if _are_all_apart(key, (text,), one.values):
            return one
    for one in asked.get(_PRINCIPAL, ()) if key == _NAMESPACE else ():
        homes = namespaces_of(one.values)
        if homes and _are_all_apart(_NAMESPACE, (text,), homes):
            return one
    homes = namespaces_of((text,)) if key == _PRINCIPAL else ()
    for one in asked.get(_NAMESPACE, ()) if homes else ():
        if one.values and _are_all_apart(_NAMESPACE, one.values, homes):
            return one
    return None


def _is_single(key: str) -> bool:
    return key in _SINGLE or key.startswith("request.headers[")


def _groups(rule: AuthorizationRule) -> Iterator[list[_Mapped]]:
    """What each source asks together with ``when``, and each operation; ``when`` may stand alone."""
    when: _Mapped = {}
    for condition in rule.conditions:
        _file(when, condition.text("key"), condition, "values", "notValues")
    for views, names in ((rule.sources, OF_SOURCE), (rule.operations, OF_OPERATION)):
        if views:
            yield [_with(when, view, names) for view in views]
    if not rule.sources and not rule.operations:
        yield [when]


def _with(when: _Mapped, view: View, names: Mapping[str, str]) -> _Mapped:
    asked = {key: [*several] for key, several in when.items()}
    for field, key in names.items():
        _file(asked, key, view, field, f"not{field[0].upper()}{field[1:]}")
    return asked


def _file(asked: _Mapped, key: str, view: View, field: str, not_field: str) -> None:
    values, not_values = (
        tuple(map(str.lower, texts)) if key == "hosts" else texts
        for texts in (view.texts(field), view.texts(not_field))
    )
    if values or not_values:
        asked.setdefault(key, []).append(_Asked(view, values, not_values, field, not_field))


def _excluding(asked: _Mapped) -> Iterator[Contradiction]:
    for key, several in asked.items():
        is_single = _is_single(key)
        others = [one for one in _distinct(several) if one.not_values or is_single]
        for one in several:
            reasons = [_reason(key, text, one, asked, others) for text in one.values]
            if reasons and all(reasons):
                # The conditions of ``when`` may well be met by others of the alternatives.
                places = [one.place, *(reason for reason in reasons if reason)]
                place = next((place for place in places if "when" not in place.path), one.place)
                yield Contradiction(place, next(other for other in places if other != place))


def _distinct(several: Sequence[_Asked]) -> list[_Asked]:
    """Leave out what asks the same as another one before it."""
    found: dict[tuple[Sequence[str], Sequence[str]], _Asked] = {}
    for one in several:
        found.setdefault((one.values, one.not_values), one)
    return [*found.values()]


def _reason(key: str, text: str, one: _Asked, asked: _Mapped, own: Sequence[_Asked]) -> Ref | None:
    """Find what leaves nobody who has a value that is asked for; ``own`` asks for some of the key, too."""
    for other in own:
        if takes_all_of(key, other.not_values, (text,)):
            return other.not_place
        is_asked = other is not one and _is_single(key) and other.values
        if is_asked and _are_all_apart(key, (text,), other.values):
            return other.place
    homes = namespaces_of((text,)) if key == _PRINCIPAL else ()
    for other in asked.get(_NAMESPACE, ()) if homes else ():
        if other.values and _are_all_apart(_NAMESPACE, other.values, homes):
            return other.place
        if takes_all_of(_NAMESPACE, other.not_values, homes):
            return other.not_place
    return None


def _are_all_apart(key: str, some: Sequence[str], others: Sequence[str]) -> bool:
    """Does no value of one list match what a value of the other does?"""
    if key in ADDRESSES:
        return all(_are_networks_apart(one, other) for one in some for other in others)
    read = _resource_of if key == _PRINCIPAL else str
    first, second = {read(text) for text in some}, {read(text) for text in others}
    if not any("*" in text or is_path_template(text) for text in first | second):
        return first.isdisjoint(second)
    return all(_are_apart(one, other) for one in first for other in second) and (
        key != _PRINCIPAL or all(map(_tells_no_domain, first | second))
    )


def _resource_of(principal: str) -> str:
    """What tells an identity that is written in full: not its trust domain, which may have aliases."""
    return principal if "*" in principal else "".join(principal.partition("/")[1:])


def _tells_no_domain(principal: str) -> bool:
    return principal.startswith(("/", "*/")) and not principal.endswith("*")


def _are_apart(one: str, other: str) -> bool:
    if any(is_path_template(text) or "*" in text[1:-1] for text in (one, other)):
        return False
    if any(len(text) > 1 and text.startswith("*") and text.endswith("*") for text in (one, other)):
        return False
    return _FORMS[one.endswith("*"), other.endswith("*")](one, other)


def _are_texts_apart(one: str, other: str) -> bool:
    """Compare where no value ends with a star; either may begin with one."""
    tails = one.removeprefix("*"), other.removeprefix("*")
    if one.startswith("*") and other.startswith("*"):
        return not tails[0].endswith(tails[1]) and not tails[1].endswith(tails[0])
    if one.startswith("*") or other.startswith("*"):
        tail, text = tails if one.startswith("*") else tails[::-1]
        return not text.endswith(tail)
    return one != other


def _is_outside_prefix(prefix: str, text: str) -> bool:
    return not text.startswith("*") and not text.startswith(prefix[:-1]) and prefix != "*"


def _are_prefixes_apart(one: str, other: str) -> bool:
    short, long = sorted((one[:-1], other[:-1]), key=len)
    return not long.startswith(short)


_FORMS: Mapping[tuple[bool, bool], Callable[[str, str], bool]] = {
    (False, False): _are_texts_apart,
    (True, False): _is_outside_prefix,
    (False, True): lambda one, other: _is_outside_prefix(other, one),
    (True, True): _are_prefixes_apart,
}


def _are_networks_apart(one: str, other: str) -> bool:
    try:
        first, second = ip_network(one, strict=False), ip_network(other, strict=False)
    except ValueError:
        return False
    return first.version == second.version and not first.overlaps(second)
