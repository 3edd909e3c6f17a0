"""Builds a kustomization with the user's own kustomize, and finds the lines its objects came from.

A wrapper in a scratch directory asks for origin annotations, so that nothing of the user's is edited.
Each value is then looked for where it was written: at the same place of the origin file, in a patch,
in a kustomization; where none has it, its object's line stands for it.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Document, Problem
from meshctl.sources.file_documents import documents_in, has_alias_bomb, mappings
from meshctl.sources.kustomizations import patches_of, texts
from meshctl.sources.placement import Placement
from meshctl.sources.rendering import programs
from meshctl.sources.rendering.charts import Rendered
from meshctl.sources.rendering.kustomize_errors import said
from meshctl.sources.rendering.kustomize_origins import KustomizedDocument, OriginFiles
from meshctl.sources.templates import KUSTOMIZATIONS, TOP
from meshctl.yaml.emitter import dumps
from meshctl.yaml.parser import Parser
from meshctl.yaml.splitter import split

ORIGIN = "config.kubernetes.io/origin"
_LISTS = ("resources", "bases", "components", "crds", "configurations")
_REMOTE = re.compile(r"^(?:[a-z+]+://|git@|[\w.-]+\.[a-z]{2,}[/:]|git::)|\?ref=")
_PLAIN = re.compile(r"[\w./@+-]+")
"""A path, and no patch that is written inline."""
_VARIABLE = re.compile(r"\$\{(\w+)(?::[=-]([^}]*))?\}")
_MOST_FILES = 5_000
_LONGEST = 250


class Tree(NamedTuple):
    """The files that a kustomization is made of.

    ``remote`` are those that need the network, ``missing`` those that are listed and not there.
    """

    kustomizations: tuple[Path, ...]
    files: tuple[Path, ...]
    remote: tuple[str, ...]
    missing: tuple[str, ...]
    needs_helm: bool
    lists_itself: bool = False


class _Built(NamedTuple):
    """An object as it was built, and the file that it came from, relative to the wrapper."""

    data: Any
    origin: str


class Kustomize:
    """The user's ``kustomize``, or the one in ``kubectl``."""

    def __init__(self, program: str) -> None:
        name = os.path.basename(program)  # noqa: PTH119
        self._command = (program, "kustomize") if "kubectl" in name else (program, "build")
        self._built: dict[str, _Built] = {}
        self._written: dict[tuple[str, str], list[Document]] = {}

    def render(
        self, directory: Path, shown: str, *, namespace: str = "",
        substitutes: Mapping[str, str] | None = None, seconds: float = programs.SECONDS,
    ) -> Rendered:  # fmt: skip
        """Build a kustomization; whatever is wrong with it becomes a problem.

        ``namespace`` is that of objects that name none; ``substitutes`` are Flux's variables.
        """
        tree = walk(directory)
        obstacle = _obstacle(tree)
        if obstacle:
            return _failed(directory, shown, obstacle)
        with tempfile.TemporaryDirectory(prefix="meshctl-overlay-") as made:
            scratch = os.path.realpath(made)
            wrapper = {
                "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
                "resources": [os.path.relpath(os.path.realpath(directory), scratch)],
                "buildMetadata": ["originAnnotations"],
            }  # fmt: skip
            Path(scratch, KUSTOMIZATIONS[0]).write_text(dumps(wrapper), encoding="utf-8")
            run = programs.run([*self._command, scratch], scratch, seconds=seconds)
        if run.failure:
            is_limit = not run.failure.startswith("ended")
            reason = "" if is_limit else said(run.errors, directory, shown)
            return _failed(directory, shown, reason or run.failure)
        output = run.output.decode("utf-8", "replace")
        if substitutes:
            output = _VARIABLE.sub(partial(_substitute, substitutes), output)
        origins = OriginFiles(tree.kustomizations, tree.files, directory, shown, self._written)
        documents = list(self._documents(output, origins, Placement(namespace, unit=shown)))
        inputs = frozenset(map(os.path.realpath, (*tree.files, *tree.kustomizations)))
        return Rendered(documents, [], [*origins.changing], is_overlay=True, inputs=inputs)

    def _documents(
        self, output: str, origins: OriginFiles, placement: Placement
    ) -> Iterator[Document]:
        """Walk the objects of a build; overlays share what they have in common, such as CRDs."""
        for _, text in split(output):
            built = self._built.get(text)
            if built is None:
                data, _ = Parser(is_rendered=True).parse(text, 1)
                built = self._built[text] = _Built(data, _take_origin(data))
            if isinstance(built.data, dict):
                yield KustomizedDocument(text, built.data, built.origin, origins, placement)


def _failed(directory: Path, shown: str, reason: str) -> Rendered:
    name = next((one for one in KUSTOMIZATIONS if (directory / one).exists()), KUSTOMIZATIONS[0])
    message = f"the kustomization {shown} is not rendered, so nothing in it is checked: {reason}"
    file = os.path.join(shown, name)  # noqa: PTH118
    return Rendered(
        [],
        [Problem("kustomization-not-rendered", message, file, TOP)],
        failed=True,
        is_overlay=True,
    )


def _obstacle(tree: Tree) -> str:
    """Say why kustomize isn't run; empty where it is."""
    if tree.lists_itself:
        return "it lists itself, by way of what it lists"
    if tree.remote:
        return f"{tree.remote[0]} needs the network"
    if tree.missing:
        return f"{tree.missing[0]} is not there"
    if tree.needs_helm:
        return "helmCharts need --enable-helm, which is not passed"
    # kustomize 5.7 writes aliases out without a bound: gigabytes, and more than a minute.
    bomb = next(filter(has_alias_bomb, (*tree.kustomizations, *tree.files)), None)
    return f"aliases blow {bomb.name} up, and an API server refuses it" if bomb else ""


def files_below(directory: Path) -> Iterator[Path]:
    """List the files that a kustomization is made of."""
    tree = walk(directory)
    yield from (*tree.kustomizations, *tree.files)


def walk(directory: Path) -> Tree:
    """Follow a kustomization to all files below it, without reading what is not listed."""
    seen: dict[Path, None] = {}
    files: dict[Path, None] = {}
    remote: list[str] = []
    missing: list[str] = []
    below: dict[Path, list[Path]] = {}
    needs_helm = False
    waiting = [Path(os.path.realpath(directory))]
    while waiting and len(seen) + len(files) < _MOST_FILES:
        here = waiting.pop()
        file = next((here / name for name in KUSTOMIZATIONS if (here / name).is_file()), None)
        if file is None or file in seen:
            continue
        seen[file] = None
        for data in _mappings_in(file):
            needs_helm = needs_helm or bool(
                data.get("helmCharts") or data.get("helmChartInflationGenerator")
            )
            for text in _listed(data):
                path = here / text
                if path.is_dir():
                    waiting.append(Path(os.path.realpath(path)))
                    below.setdefault(here, []).append(waiting[-1])
                elif path.is_file():
                    files[path] = None
                elif _REMOTE.search(text):
                    remote.append(text)
                elif _PLAIN.fullmatch(text):
                    missing.append(text)
    return Tree(
        tuple(seen), tuple(files), tuple(remote), tuple(missing), needs_helm, _has_cycle(below)
    )


def _has_cycle(below: Mapping[Path, Iterable[Path]]) -> bool:
    try:
        TopologicalSorter(below).prepare()
    except CycleError:
        return True
    return False


def _listed(data: dict[str, Any]) -> Iterator[str]:
    paths = (path for path, _, _ in patches_of(data))
    for text in (*(one for field in _LISTS for one in texts(data, field)), *paths):
        if isinstance(text, str) and len(text) < _LONGEST and not {"\n", "\0"} & set(text):
            yield text


def _mappings_in(file: Path) -> Iterator[dict[str, Any]]:
    """What a kustomization says; what cannot be read is kustomize's to report."""
    with suppress(OSError):
        yield from mappings(documents_in(file))


def _substitute(values: Mapping[str, str], match: re.Match[str]) -> str:
    """Replace ``${name}`` as Flux does; a name without a value and default stays."""
    return values.get(match[1], match[2] if match[2] is not None else match[0])


def _take_origin(data: Any) -> str:
    """Take the origin annotation off an object; the path in it is relative to the wrapper."""
    metadata = data.get("metadata") if isinstance(data, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(annotations, dict):
        return ""
    text = annotations.pop(ORIGIN, "")
    if not annotations:
        del metadata["annotations"]
    for line in str(text).splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"path", "configuredIn"}:
            return value.strip()
    return ""
