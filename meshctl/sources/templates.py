"""Finds what in a directory is no resource before Helm or kustomize has rendered it."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Problem, Span
from meshctl.yaml.parser import MAX_CHARACTERS, Parser
from meshctl.yaml.splitter import decode, split

TOP = Span(1, 1, 1, 1)
"""What stands for a whole file."""

_CHART = "Chart.yaml"
_CHART_PARTS = re.compile(r"templates|crds|charts|Chart\.(?:yaml|lock)|values.*")
_NO_PATH = re.compile(r"[\0\n]")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class Unrendered(NamedTuple):
    """Names in a directory to pass over, patch files by real path, and problems that say so."""

    names: set[str]
    patches: set[str]
    problems: list[Problem]


def look(directory: Path, names: Sequence[str]) -> Unrendered:
    """Tell the parts of a Helm chart and of a kustomization among the names in a directory."""
    found = Unrendered(set(), set(), [])
    if _CHART in names:
        found.names.update(filter(_CHART_PARTS.fullmatch, names))
        release = directory.absolute().name
        message = "a Helm chart holds no manifests before it is rendered; run `helm template"
        _report(found, "helm-chart", f"{message} {shlex.quote(release)}", directory, _CHART)
    for name in _KUSTOMIZATIONS:
        if name in names:
            found.names.add(name)
            found.patches.update(_patches(directory, name))
            message = "a kustomization changes what is applied; run `kubectl kustomize"
            _report(found, "kustomization", message, directory, name)
    return found


def _report(found: Unrendered, kind: str, message: str, directory: Path, name: str) -> None:
    command = f"{message} {shlex.quote(str(directory))} | meshctl analyze -`"
    found.problems.append(Problem(kind, command, str(directory / name), TOP))


def _patches(directory: Path, name: str) -> Iterator[str]:
    """List the patch files of a kustomization; what is malformed there is kustomize's to report.

    The fields are those of ``kustomize.config.k8s.io/v1beta1``, deprecated ones included.
    """
    with (directory / name).open("rb") as file:
        text = decode(file.read(MAX_CHARACTERS))
    for first_line, part in split(text):
        data, _ = Parser().parse(part, first_line)
        if isinstance(data, dict):
            for path in _patch_paths(data):
                if isinstance(path, str) and not _NO_PATH.search(path):
                    yield os.path.realpath(directory / path)


def _patch_paths(data: dict[str, Any]) -> Iterator[object]:
    for field in ("patchesStrategicMerge", "patches", "patchesJson6902"):
        items = data.get(field)
        for item in items if isinstance(items, list) else ():
            yield item.get("path") if isinstance(item, dict) else item
