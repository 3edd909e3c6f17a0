"""Parts resources that are declared several times into variants, each of which is consistent.

Files that declare the same object are alternatives: overlays, copies, steps of a demonstration.
Every file goes to the first variant in which nothing contradicts it, next to the files of its
directory where that is possible; files that contradict nothing are in every variant.
"""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.resources import Resource

_Unit = tuple[str, int]
_Identity = tuple[str, str, str, str, str]

_SPREAD = 6
"""How many times the size of the input all variants together may be, before those that come later
hold nothing but their own files."""

_ENOUGH = 50_000
"""Objects in all variants together that are never too many."""


def identity(resource: Resource) -> _Identity:
    """Name an object and its cluster, whatever version of its API a file has."""
    return resource.cluster, resource.group, resource.kind, resource.namespace, resource.name


def variants(resources: Sequence[Resource]) -> Iterator[list[Resource]]:
    """Walk the variants; none where every object is declared once."""
    named = [_contents(resource) for resource in resources if resource.name]
    if len(set(named)) == len(named):
        return
    units = _units(resources)
    contested = _contested(units)
    if not contested:
        return
    common = [one for unit, several in units.items() if unit not in contested for one in several]
    budget = max(_SPREAD * len(resources), _ENOUGH)
    for members in _colour(units, contested):
        own = [one for unit in members for one in units[unit]]
        budget -= len(own) + len(common)
        yield [*common, *own] if budget > 0 else own


def variants_around(
    resources: Sequence[Resource], subjects: Iterable[Resource]
) -> Iterator[tuple[Sequence[Resource], list[Resource]]]:
    """Walk variants that hold the same file, until each other alternative stood beside it.

    Gives the objects of the file, which is one that declares a subject, with the variant. Those of
    the first subjects come first, and those that would be too many are left out.
    """
    units = _units(resources)
    contested = _contested(units)
    wanted = set(subjects)
    home = {resource: unit for unit in contested for resource in units[unit] if resource in wanted}
    declaring: dict[_Identity, set[_Unit]] = {}
    for unit in contested:
        for resource in units[unit]:
            if resource.name:
                declaring.setdefault(_contents(resource), set()).add(unit)
    common = [
        resource for unit, several in units.items() if unit not in contested for resource in several
    ]
    budget = max(_SPREAD * len(resources), _ENOUGH)
    for unit in dict.fromkeys(home[subject] for subject in subjects if subject in home):
        alternatives = {unit}.union(
            *(declaring[_contents(resource)] for resource in units[unit] if resource.name)
        )
        rest = contested - alternatives
        for members in _colour(units, rest):
            beside = (resource for each in members for resource in units[each])
            some = [*common, *units[unit], *beside]
            budget -= len(some)
            if budget < 0:
                return
            yield units[unit], some


def _contents(resource: Resource) -> _Identity:
    """Name what an object is one of: a mesh has one configuration, whatever carries it."""
    if resource.kind == "IstioOperator" and resource.spec.has("meshConfig"):
        return resource.cluster, "", "MeshConfig", "", ""
    return identity(resource)


def _units(resources: Sequence[Resource]) -> dict[_Unit, list[Resource]]:
    """Group resources by what is applied together; what a file says again is a unit of its own."""
    units: dict[_Unit, list[Resource]] = {}
    seen: dict[tuple[str, _Identity], int] = {}
    for resource in resources:
        home = resource.document.file
        number = 0
        if resource.name:
            key = home, identity(resource)
            number = seen[key] = seen.get(key, -1) + 1
        units.setdefault((home, number), []).append(resource)
    return units


def _contested(units: dict[_Unit, list[Resource]]) -> set[_Unit]:
    """Find the units that declare an object which another one declares too."""
    by_identity: dict[_Identity, list[_Unit]] = {}
    for unit, several in units.items():
        for resource in several:
            if resource.name:
                by_identity.setdefault(_contents(resource), []).append(unit)
    return {unit for homes in by_identity.values() if len(homes) > 1 for unit in homes}


def _colour(
    units: dict[_Unit, list[Resource]], contested: Iterable[_Unit]
) -> Iterator[list[_Unit]]:
    """Give every contested unit a variant in which it contradicts nothing."""
    members: list[list[_Unit]] = []
    taken: dict[_Identity, set[int]] = {}
    homes: dict[str, list[int]] = {}
    # A variant that is closed to some objects stays so: equal units need not ask it again.
    asked: dict[tuple[str, frozenset[_Identity]], int] = {}
    passed: dict[frozenset[_Identity], int] = {}
    for unit in sorted(contested):
        home = homes.setdefault(_directory(unit), [])
        identities = frozenset(_contents(resource) for resource in units[unit] if resource.name)
        closed = [taken[identity] for identity in identities if identity in taken]
        key = _directory(unit), identities
        place = asked.get(key, 0)
        while place < len(home) and any(home[place] in one for one in closed):
            place += 1
        asked[key] = place
        number = home[place] if place < len(home) else passed.get(identities, 0)
        if place == len(home):
            while any(number in one for one in closed):
                number += 1
            passed[identities] = number
        if number == len(members):
            members.append([])
        members[number].append(unit)
        home.append(number)
        for identity in identities:
            taken.setdefault(identity, set()).add(number)
    yield from members


def _directory(unit: _Unit) -> str:
    return unit[0].rpartition("/")[0]
