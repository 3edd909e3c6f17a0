"""Reads what Argo CD, Flux and charts' operators say of the files: namespaces, values, gaps.

Fields of argoproj.io/v1alpha1 Application, kustomize.toolkit.fluxcd.io/v1 Kustomization,
helm.toolkit.fluxcd.io/v2 HelmRelease, helm.cattle.io/v1 HelmChart and install.istio.io.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.plain_objects import mapping, text
from meshctl.sources.documents import Document
from meshctl.sources.placement import ANY_VARIABLE, Gap

_ARGO = "argoproj.io/"
_FLUX = "kustomize.toolkit.fluxcd.io/"
_CHARTS = {
    "HelmRelease": ("HelmRelease", "targetNamespace"),
    "HelmChart": ("HelmChart", "targetNamespace"),
    "HelmChartProxy": ("HelmChartProxy", "namespace"),
}


class _Pointer(NamedTuple):
    """An object that has the files below a path applied."""

    document: Document
    title: str
    path: str
    namespace: str
    overrides: bool = False
    variables: frozenset[str] = frozenset()


def follow(documents: Sequence[Document]) -> tuple[Gap, ...]:
    """Place the documents that GitOps objects point at, and name what those have elsewhere."""
    pointers: list[_Pointer] = []
    gaps: dict[Gap, None] = {}
    for document in documents:
        version = document.data.get("apiVersion")
        kind = document.data.get("kind")
        if not isinstance(version, str) or not isinstance(kind, str):
            continue
        if version.startswith((_ARGO, _FLUX)):
            found, missing = _read(document, kind)
            pointers += found
            gaps.update(dict.fromkeys(missing))
        elif (kind in _CHARTS and "helm" in version) or kind == "HelmChartProxy":
            gaps.setdefault(_chart(document, kind))
    if pointers:
        gaps.update(dict.fromkeys(_place(documents, pointers)))
    return tuple(gaps)


def _read(document: Document, kind: str) -> tuple[list[_Pointer], list[Gap]]:
    spec = mapping(document.data.get("spec"))
    title = _title(document, kind)
    if kind == "Kustomization":
        return [_flux(document, spec, title)], []
    if kind == "ApplicationSet":
        return _of_set(document, title)
    return _of_application(document, spec, title) if kind == "Application" else ([], [])


def _of_set(document: Document, title: str) -> tuple[list[_Pointer], list[Gap]]:
    """Read the Applications of a set, or its template where no file says what it makes."""
    from meshctl.sources.application_sets import expand  # noqa: PLC0415 - few inputs have one

    expansion = expand(document.data, top_of(document.file))
    templates: Sequence[Any] = expansion.templates
    if not expansion.is_whole:
        templates = (*templates, mapping(mapping(document.data.get("spec")).get("template")))
    several = [
        _of_application(document, mapping(template.get("spec")), title) for template in templates
    ]
    return [p for pointers, _ in several for p in pointers], [
        g for _, gaps in several for g in gaps
    ]


def top_of(file: str) -> Path | None:
    """The top of the repository that a file is in."""
    here = Path(os.path.abspath(file)).parent  # noqa: PTH100 - links stay as they are
    return next(
        (directory for directory in (here, *here.parents) if (directory / ".git").exists()), None
    )


def _of_application(
    document: Document, spec: Mapping[str, Any], title: str
) -> tuple[list[_Pointer], list[Gap]]:
    sources = spec.get("sources")
    several = sources if isinstance(sources, list) else [spec.get("source")]
    home = text(mapping(spec.get("destination")).get("namespace"))
    home = "" if "{" in home else home
    pointers, gaps = [], []
    for source in several:
        if isinstance(source, dict):
            path = text(source.get("path"))
            if path and "{" not in path and not source.get("chart"):
                pointers.append(_Pointer(document, title, path, home))
            else:
                gaps.append(Gap("Application", title, frozenset({home} - {""})))
    return pointers, gaps


def _flux(document: Document, spec: Mapping[str, Any], title: str) -> _Pointer:
    build = mapping(spec.get("postBuild"))
    variables = frozenset(mapping(build.get("substitute")))
    if build.get("substituteFrom"):
        variables = ANY_VARIABLE
    home = text(spec.get("targetNamespace"))
    return _Pointer(document, title, text(spec.get("path")) or ".", home, bool(home), variables)


def _chart(document: Document, kind: str) -> Gap:
    group, field = _CHARTS[kind]
    home = text(mapping(document.data.get("spec")).get(field))
    home = home or text(mapping(document.data.get("metadata")).get("namespace"))
    return Gap(group, _title(document, kind), frozenset({home} - {""}))


def _place(documents: Sequence[Document], pointers: Sequence[_Pointer]) -> Iterator[Gap]:
    """Give each document what the closest pointers at its directory say, if they agree."""
    by_path: dict[str, list[_Pointer]] = {}
    for pointer in pointers:
        by_path.setdefault(os.path.normpath(pointer.path).strip("/"), []).append(pointer)
    used: set[str] = set()
    directories: dict[str, list[_Pointer]] = {}
    for document in documents:
        directory = os.path.dirname(os.path.abspath(document.file))  # noqa: PTH100, PTH120 - text
        if directory not in directories:
            directories[directory] = _closest(directory, by_path, used)
        if directories[directory]:
            _apply(document, directories[directory])
    for path, several in by_path.items():
        if path not in used and path != ".":
            for pointer in several:
                homes = frozenset({pointer.namespace} - {""})
                yield Gap(pointer.title.partition(" ")[0], pointer.title, homes)


def _closest(
    directory: str, by_path: Mapping[str, list[_Pointer]], used: set[str]
) -> list[_Pointer]:
    """Find the pointers whose path is the longest one that a directory lies in."""
    words = directory.strip("/").split("/")
    inside = f"/{'/'.join(words)}/"
    best = ""
    for path in by_path:
        if f"/{path}/" in inside:
            used.add(path)
            best = max(best, path, key=len)
    if best:
        return by_path[best]
    return [
        pointer
        for pointer in by_path.get(".", ())
        if f"{directory}/".startswith(
            os.path.dirname(os.path.abspath(pointer.document.file)) + "/"  # noqa: PTH100, PTH120
        )
    ]


def _apply(document: Document, pointers: Sequence[_Pointer]) -> None:
    variables = frozenset[str]().union(*(pointer.variables for pointer in pointers))
    placement = document.placement._replace(variables=variables)
    homes = {pointer.namespace for pointer in pointers}
    if len(homes) == 1:
        home, overrides = pointers[0].namespace, pointers[0].overrides
        if home and (overrides or not placement.namespace):
            placement = placement._replace(namespace=home, overrides=overrides)
    document.placement = placement


def _title(document: Document, kind: str) -> str:
    return f"{kind} {text(mapping(document.data.get('metadata')).get('name'))}"
