"""Reads what Argo CD and Flux install from this repository: charts with values, directories.

What comes from elsewhere (a registry of charts, another repository) is left to be named as not
rendered. The fields are those of argoproj.io/v1alpha1 and of Flux's v2 and v1 APIs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.plain_objects import items, mapping
from meshctl.regular_files import read_bytes
from meshctl.sources.application_sets import expand
from meshctl.sources.documents import Document
from meshctl.sources.rendering.flux_values import FluxValues
from meshctl.sources.rendering.kustomize_patches import parsed
from meshctl.sources.rendering.release import InlineValues, Release

_OF_ARGO = frozenset({"Application", "ApplicationSet"})
_REMOTE = re.compile(r"^[ \t]*url[ \t]*=[ \t]*(\S+)", re.MULTILINE)


class Directory(NamedTuple):
    """A directory that is applied: as a kustomization where it has one."""

    path: Path
    namespace: str
    owner: str
    substitutes: dict[str, str]


class EntryPoints(NamedTuple):
    """What the objects of a repository install from it.

    ``charts_of`` names the objects whose sources are all here, each with the releases of charts
    that it makes.
    """

    releases: tuple[Release, ...]
    directories: tuple[Directory, ...]
    charts_of: dict[str, tuple[Release, ...]] = {}  # noqa: RUF012 - nobody changes it


def read(documents: Iterable[Document], root: Path) -> EntryPoints:
    """Walk Applications, those of ApplicationSets, HelmReleases and Flux Kustomizations whose source is below ``root``."""
    several = list(documents)
    releases: list[Release] = []
    directories: list[Directory] = []
    charts_of: dict[str, tuple[Release, ...]] = {}
    values = FluxValues(several)
    for document in several:
        data = document.data
        if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
            continue
        kind, version = str(data.get("kind")), str(data.get("apiVersion", ""))
        found: list[Release | Directory] = []
        wanted = 1
        if kind in _OF_ARGO and version.startswith("argoproj.io/"):
            wanted = 0
            for above, template in _applications(document, root):
                wanted += sum(1 for _ in _sources(template["spec"]))
                found += _application(document, template, root, above)
        elif kind == "HelmRelease" and "toolkit.fluxcd.io" in version:
            found += _helm_release(document, root, values)
        elif kind == "Kustomization" and "toolkit.fluxcd.io" in version:
            found += _flux_kustomization(document, root)
        own = tuple(entry for entry in found if isinstance(entry, Release))
        releases += own
        directories += (entry for entry in found if isinstance(entry, Directory))
        if (
            own
            and len(found) == wanted
            and (kind != "ApplicationSet" or expand(data, root).is_whole)
        ):
            charts_of[f"{kind} {_name(data)}"] = own
    return EntryPoints(tuple(releases), tuple(directories), charts_of)


def _applications(
    document: Document, root: Path
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Walk an Application, or each of a set, with the place where it is written."""
    data = document.data
    if data["kind"] == "Application":
        yield (), data
        return
    for template in expand(data, root).templates:
        if isinstance(template.get("spec"), dict):
            yield ("spec", "template"), template


def _application(
    document: Document, data: dict[str, Any], root: Path, above: tuple[str, ...]
) -> Iterator[Release | Directory]:
    """Walk what an Application installs, whose ``data`` stands in a document or is made of it."""
    spec = data["spec"]
    owner = f"Application {_name(data)}"
    namespace = _text(mapping(spec.get("destination")), "namespace")
    for path, source in _sources(spec):
        directory = _inside(root, source.get("path"))
        if directory is None or source.get("chart") or not _is_here(root, _text(source, "repoURL")):
            continue
        helm = mapping(source.get("helm"))
        if not (directory / "Chart.yaml").is_file():
            yield Directory(directory, namespace, owner, {})
            continue
        home = directory.relative_to(root)
        files, missing = _value_files(
            root, [(str(home / text), text) for text in _texts(helm.get("valueFiles"))]
        )
        if helm.get("ignoreMissingValueFiles") is True:
            missing = ()
        sets = tuple(
            f"{_text(item, 'name')}={_text(item, 'value')}"
            for item in items(helm.get("parameters"))
            if isinstance(item, dict)
        )
        inline: tuple[InlineValues, ...] = ()
        for name in ("values", "valuesObject"):
            value = helm.get(name)
            values = parsed(value) if isinstance(value, str) else value
            if isinstance(values, dict):
                inline = (InlineValues(document, (*above, *path, "helm", name), values),)
        yield Release(
            directory, str(directory), _text(helm, "releaseName") or _name(data), namespace,
            files, sets, inline, owner, missing,
        )  # fmt: skip


def _sources(spec: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(spec.get("source"), dict):
        yield ("spec", "source"), spec["source"]
    for index, source in enumerate(items(spec.get("sources"))):
        if isinstance(source, dict):
            yield ("spec", "sources", index), source


def _helm_release(document: Document, root: Path, known: FluxValues) -> Iterator[Release]:
    data = document.data
    spec = data["spec"]
    chart = mapping(mapping(spec.get("chart")).get("spec"))
    is_git = _text(mapping(chart.get("sourceRef")), "kind") == "GitRepository"
    directory = _inside(root, chart.get("chart")) if is_git else None
    if directory is None or not (directory / "Chart.yaml").is_file():
        return
    home = _text(mapping(data.get("metadata")), "namespace")
    namespace = _text(spec, "targetNamespace") or home
    files, absent = _value_files(root, [(name, name) for name in _texts(chart.get("valuesFiles"))])
    layers = list(known.of(document, home))
    missing = tuple(layer for layer in layers if isinstance(layer, str))
    inline = [layer for layer in layers if isinstance(layer, InlineValues)]
    if isinstance(spec.get("values"), dict):
        inline.append(InlineValues(document, ("spec", "values"), spec["values"]))
    name = _text(spec, "releaseName") or _name(data)
    yield Release(
        directory, str(directory), name, namespace,
        files, (), tuple(inline), f"HelmRelease {_name(data)}", (*absent, *missing),
    )  # fmt: skip


def _flux_kustomization(document: Document, root: Path) -> Iterator[Directory]:
    spec = document.data["spec"]
    directory = _inside(root, spec.get("path"))
    if directory is not None:
        build = mapping(spec.get("postBuild"))
        substitutes = {
            str(name): str(value) for name, value in mapping(build.get("substitute")).items()
        }
        owner = f"Kustomization {_name(document.data)}"
        yield Directory(directory, _text(spec, "targetNamespace"), owner, substitutes)


def _is_here(root: Path, url: str) -> bool:
    """May a URL be the one of this repository? Forks have its name, and another owner."""
    try:
        config = read_bytes(root / ".git/config").decode(errors="replace")
    except OSError:
        return True
    known = {_repository_name(found) for found in _REMOTE.findall(config)}
    return not url or not known or _repository_name(url) in known


def _repository_name(url: str) -> str:
    return re.split(r"[/:]", url.rstrip("/").removesuffix(".git"))[-1].lower()


def _value_files(
    root: Path, names: Sequence[tuple[str, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find files of values, and name those that aren't in the repository as they are written."""
    found = [(_inside(root, path), name) for path, name in names]
    files = tuple(str(file) for file, _ in found if file is not None)
    return files, tuple(f"file {name}" for file, name in found if file is None)


def _inside(root: Path, path: object) -> Path | None:
    """A path of the repository, if it is there and does not lead out."""
    if not isinstance(path, str) or not path or "\n" in path or "\0" in path:
        return None
    found = root / path.lstrip("/")
    inside = found.resolve().is_relative_to(root.resolve())
    return Path(*found.parts) if inside and found.exists() else None


def _name(data: dict[str, Any]) -> str:
    return _text(mapping(data.get("metadata")), "name")


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _texts(value: object) -> Iterator[str]:
    return (item for item in items(value) if isinstance(item, str))
