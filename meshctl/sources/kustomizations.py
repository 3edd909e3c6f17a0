"""Reads kustomizations: which files they list, where those go, and what is changed first.

Nothing is rendered here. The fields are those of ``kustomize.config.k8s.io/v1beta1`` (kustomize
5.5), deprecated ones included; what is malformed is kustomize's to report.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.sources.file_documents import documents_in, documents_of, mappings
from meshctl.sources.placement import Gap, Placement, Target

_NO_PATH = lazy_pattern(r"[\0\n]")
_CHANGES_ALL = (
    "namePrefix", "nameSuffix", "commonLabels", "labels", "commonAnnotations", "replacements",
    "vars", "transformers",
)  # fmt: skip
_HIDES = ("helmCharts", "helmChartInflationGenerator", "generators")
_PATCHES = ("patchesStrategicMerge", "patches", "patchesJson6902")
_ANY = Target()
_MOST_VISITS = 20_000
"""Kustomizations may list each other in a lattice, which has more paths than anybody wants."""


class Kustomization(NamedTuple):
    """One kustomization: paths are real paths, ``hides`` says that it makes objects of its own."""

    directory: str
    shown: str
    namespace: str
    resources: tuple[str, ...]
    components: tuple[str, ...]
    patches: tuple[str, ...]
    changes: tuple[Target, ...]
    hides: bool
    is_component: bool

    @property
    def below(self) -> tuple[str, ...]:
        """The files and directories that it puts together."""
        return (*self.resources, *self.components)


class Found(NamedTuple):
    """What kustomizations say of the files they list: by real path, the patches, the gaps."""

    placements: dict[str, Placement]
    patches: frozenset[str]
    gaps: list[Gap]


def read(directory: Path, name: str) -> Kustomization:
    """Read a kustomization; one that cannot be read lists nothing. Raises OSError."""
    data = next(mappings(documents_in(directory / name)), {})
    base = os.path.realpath(directory)
    patches = [*patches_of(data)]
    files = [file for file in (_file(base, path) for path, _, _ in patches) if file]
    listed = [*texts(data, "resources"), *texts(data, "bases")]
    resources = tuple(file for file in (_file(base, text) for text in listed) if file)
    changes = [_ANY] if any(data.get(field) for field in _CHANGES_ALL) else []
    for path, inline, target in patches:
        changes += _targets(_file(base, path), inline, target)
    namespace = data.get("namespace")
    is_remote = len(resources) < len(listed) or not all(map(os.path.exists, resources))
    return Kustomization(
        base, str(directory), namespace if isinstance(namespace, str) else "", resources,
        tuple(file for file in (_file(base, text) for text in texts(data, "components")) if file),
        tuple(files), tuple(dict.fromkeys(changes)),
        hides=is_remote or any(data.get(field) for field in _HIDES),
        is_component=data.get("kind") == "Component",
    )  # fmt: skip


def place(kustomizations: Sequence[Kustomization]) -> Found:
    """Follow kustomizations from those that nobody lists down to the files they are made of."""
    walk = _Walk({kustomization.directory: kustomization for kustomization in kustomizations})
    for top in tops(kustomizations):
        walk.visit(top, top, "", (), "")
    return Found(
        {file: _merge(places) for file, places in walk.places.items()},
        frozenset(path for kustomization in kustomizations for path in kustomization.patches),
        [*walk.gaps],
    )


def tops(kustomizations: Sequence[Kustomization]) -> Iterator[Kustomization]:
    """Walk those that no other one lists; of those that only list each other the first one."""
    known = {kustomization.directory: kustomization for kustomization in kustomizations}
    listed = {
        path
        for kustomization in kustomizations
        for path in kustomization.below
        if path != kustomization.directory
    }
    reached: set[str] = set()
    for one in sorted(kustomizations, key=lambda each: each.directory in listed):
        if one.directory not in reached:
            yield one
        waiting = [one.directory]
        while waiting:
            here = waiting.pop()
            if here in known and here not in reached:
                reached.add(here)
                waiting += known[here].below


class _Walk:
    """The places of files found so far, one for each way in which a kustomization gets there."""

    def __init__(self, known: Mapping[str, Kustomization]) -> None:
        self.places: dict[str, dict[Placement, None]] = {}
        self.gaps: dict[Gap, None] = {}
        self._known = known
        self._seen: set[tuple[Any, ...]] = set()

    def visit(
        self, kustomization: Kustomization, top: Kustomization, namespace: str,
        changes: tuple[Target, ...], changed_by: str,
    ) -> None:  # fmt: skip
        """Walk what a kustomization lists; the outermost namespace wins."""
        namespace = namespace or kustomization.namespace
        own = (*kustomization.changes, *self._changes_of(kustomization.components, 0))
        if own and not changed_by:
            changed_by = top.shown
        changes = tuple(dict.fromkeys((*changes, *own)))
        key = kustomization.directory, top.directory, namespace, changes
        if key in self._seen or len(self._seen) > _MOST_VISITS:
            return
        self._seen.add(key)
        homes = frozenset({namespace} - {""})
        if kustomization.hides:
            self.gaps.setdefault(Gap("kustomization", top.shown, homes))
        for path in kustomization.below:
            if path in self._known:
                self.visit(self._known[path], top, namespace, changes, changed_by)
            else:
                placement = Placement(
                    namespace, bool(namespace), top.directory, changes, changed_by
                )
                self.places.setdefault(path, {}).setdefault(placement)
        if changes:
            self.gaps.setdefault(Gap("changed by kustomization", top.shown, homes))

    def _changes_of(self, components: tuple[str, ...], depth: int) -> Iterator[Target]:
        for path in components:
            kustomization = self._known.get(path)
            if kustomization is not None and depth < len(self._known):
                yield from kustomization.changes
                yield from self._changes_of(kustomization.components, depth + 1)


def _merge(places: Mapping[Placement, None]) -> Placement:
    """Say what holds for a file on every way; changes count where none leaves it as it stands."""
    namespaces = {place.namespace for place in places}
    units = {place.unit for place in places}
    first = next(iter(places))
    namespace = first.namespace if len(namespaces) == 1 else ""
    is_changed = all(place.changes for place in places)
    changes = tuple(dict.fromkeys(target for place in places for target in place.changes))
    return Placement(
        namespace, bool(namespace) and first.overrides, first.unit if len(units) == 1 else "",
        changes if is_changed else (), first.changed_by if is_changed else "",
    )  # fmt: skip


def texts(data: Mapping[str, Any], field: str) -> Iterator[str]:
    """Walk the texts in a list of a kustomization."""
    items = data.get(field)
    yield from (
        item for item in (items if isinstance(items, list) else ()) if isinstance(item, str)
    )


def _file(base: str, path: object) -> str:
    """Name what a path leads to; empty for a URL and what else is no path here."""
    if not isinstance(path, str) or not path or _NO_PATH.search(path) or "://" in path:
        return ""
    return os.path.realpath(os.path.join(base, path))  # noqa: PTH118 - base may be any text


def patches_of(data: Mapping[str, Any]) -> Iterator[tuple[object, object, object]]:
    """Walk patches as path, inline text and target."""
    for field in _PATCHES:
        items = data.get(field)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item.get("path"), item.get("patch"), item.get("target")
            elif isinstance(item, str):
                is_inline = _NO_PATH.search(item) is not None
                yield (None, item, None) if is_inline else (item, None, None)


def _targets(file: str, inline: object, target: object) -> Iterator[Target]:
    """Say which objects a patch changes: those it selects, else those it names."""
    if isinstance(target, dict):
        kind, name = target.get("kind"), target.get("name")
        is_plain = isinstance(name, str) and re.fullmatch(r"[\w.-]+", name) is not None
        yield Target(kind if isinstance(kind, str) else "", str(name) if is_plain else "")
        return
    named = False
    for data in _read_patch(file, inline):
        meta = data.get("metadata")
        name = meta.get("name") if isinstance(meta, dict) else None
        if isinstance(data.get("kind"), str) and isinstance(name, str):
            named = True
            yield Target(data["kind"], name)
    if not named:
        yield _ANY


def _read_patch(file: str, inline: object) -> Iterator[dict[str, Any]]:
    if isinstance(inline, str):
        yield from mappings(documents_of(inline))
    elif file:
        with suppress(OSError):
            yield from mappings(documents_in(file))
