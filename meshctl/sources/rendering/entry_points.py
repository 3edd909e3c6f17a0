"""Reads what Argo CD and Flux install from this repository: charts with values, directories.

What comes from elsewhere (a registry of charts, another repository) is left to be named as not
rendered. The fields are those of argoproj.io/v1alpha1 and of Flux's v2 and v1 APIs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.regular_files import read_bytes
from meshctl.sources.documents import Document
from meshctl.sources.rendering.kustomize_patches import parsed
from meshctl.sources.rendering.release import InlineValues, Release

_REMOTE = re.compile(r"^\s*url\s*=\s*(\S+)", re.MULTILINE)


class Directory(NamedTuple):
    """A directory that is applied: as a kustomization where it has one."""

    path: Path
    namespace: str
    owner: str
    substitutes: dict[str, str]


class EntryPoints(NamedTuple):
    """What the objects of a repository install from it."""

    releases: tuple[Release, ...]
    directories: tuple[Directory, ...]


def read(documents: Iterable[Document], root: Path) -> EntryPoints:
    """Walk Applications, HelmReleases and Flux Kustomizations whose source is below ``root``."""
    releases: list[Release] = []
    directories: list[Directory] = []
    for document in documents:
        data = document.data
        if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
            continue
        kind, version = data.get("kind"), str(data.get("apiVersion", ""))
        if kind == "Application" and version.startswith("argoproj.io/"):
            for found in _application(document, root):
                (releases if isinstance(found, Release) else directories).append(found)  # type: ignore[arg-type]
        elif kind == "HelmRelease" and "toolkit.fluxcd.io" in version:
            releases += _helm_release(document, root)
        elif kind == "Kustomization" and "toolkit.fluxcd.io" in version:
            directories += _flux_kustomization(document, root)
    return EntryPoints(tuple(releases), tuple(directories))


def _application(document: Document, root: Path) -> Iterator[Release | Directory]:
    spec = document.data["spec"]
    owner = f"Application {_name(document.data)}"
    namespace = _text(_mapping(spec.get("destination")), "namespace")
    for path, source in _sources(spec):
        directory = _inside(root, source.get("path"))
        if directory is None or source.get("chart") or not _is_here(root, _text(source, "repoURL")):
            continue
        helm = _mapping(source.get("helm"))
        if not (directory / "Chart.yaml").is_file():
            yield Directory(directory, namespace, owner, {})
            continue
        home = directory.relative_to(root)
        files = _value_files(
            root, [(str(home / one), one) for one in _texts(helm.get("valueFiles"))]
        )
        sets = tuple(
            f"{_text(one, 'name')}={_text(one, 'value')}"
            for one in _list(helm.get("parameters"))
            if isinstance(one, dict)
        )
        inline = None
        for name in ("values", "valuesObject"):
            value = helm.get(name)
            data = parsed(value) if isinstance(value, str) else value
            if isinstance(data, dict):
                inline = InlineValues(document, (*path, "helm", name), data)
        yield Release(
            directory, str(directory), _text(helm, "releaseName") or _name(document.data), namespace,
            files, sets, inline, owner,
        )  # fmt: skip


def _sources(spec: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(spec.get("source"), dict):
        yield ("spec", "source"), spec["source"]
    for index, source in enumerate(_list(spec.get("sources"))):
        if isinstance(source, dict):
            yield ("spec", "sources", index), source


def _helm_release(document: Document, root: Path) -> Iterator[Release]:
    data = document.data
    spec = data["spec"]
    chart = _mapping(_mapping(spec.get("chart")).get("spec"))
    is_git = _text(_mapping(chart.get("sourceRef")), "kind") == "GitRepository"
    directory = _inside(root, chart.get("chart")) if is_git else None
    if directory is None or not (directory / "Chart.yaml").is_file():
        return
    home = _text(_mapping(data.get("metadata")), "namespace")
    namespace = _text(spec, "targetNamespace") or home
    files = _value_files(root, [(name, name) for name in _texts(chart.get("valuesFiles"))])
    values = spec.get("values")
    inline = (
        InlineValues(document, ("spec", "values"), values) if isinstance(values, dict) else None
    )
    name = _text(spec, "releaseName") or _name(data)
    yield Release(
        directory, str(directory), name, namespace,
        files, (), inline,
        f"HelmRelease {_name(data)}",
    )  # fmt: skip


def _flux_kustomization(document: Document, root: Path) -> Iterator[Directory]:
    spec = document.data["spec"]
    directory = _inside(root, spec.get("path"))
    if directory is not None:
        build = _mapping(spec.get("postBuild"))
        substitutes = {
            str(name): str(value) for name, value in _mapping(build.get("substitute")).items()
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


def _value_files(root: Path, names: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Find files of values; helm refuses one that isn't in the repository by the name it has here."""
    found = ((_inside(root, path), name) for path, name in names)
    return tuple(
        f"{name} (not in the repository)" if file is None else str(file) for file, name in found
    )


def _inside(root: Path, path: object) -> Path | None:
    """A path of the repository, if it is there and does not lead out."""
    if not isinstance(path, str) or not path or "\n" in path or "\0" in path:
        return None
    found = root / path.lstrip("/")
    inside = found.resolve().is_relative_to(root.resolve())
    return Path(*found.parts) if inside and found.exists() else None


def _name(data: dict[str, Any]) -> str:
    return _text(_mapping(data.get("metadata")), "name")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _texts(value: object) -> Iterator[str]:
    return (one for one in _list(value) if isinstance(one, str))
