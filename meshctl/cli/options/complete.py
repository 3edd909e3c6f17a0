"""Completes values on the command line: rules, formats, kinds, namespaces, names, contexts.

Names come from files that a stranger may have written, and shells evaluate what they are given, so
only what Kubernetes takes for a name is offered. Nothing here fails: no value is no help.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from glob import glob
from pathlib import Path
from typing import Any

from meshctl.lazy_pattern import lazy_pattern

Completion = Callable[[Any, list[str], str], list[str]]
_NAME = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_MOST_FILES = 2_000


def values(*known: str) -> Completion:
    """Offer some words."""

    def complete(ctx: Any, args: list[str], incomplete: str) -> list[str]:
        return _starting(known, incomplete)

    return complete


def rules(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Offer the ids of rules, the families before their rules; none is imported for it."""
    from importlib.util import find_spec

    spec = find_spec("meshctl.rules")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = sorted(
        f"{file.parent.name}/{file.stem}".replace("_", "-")
        for folder in folders
        for file in Path(folder).glob("*/*.py")
        if not file.stem.startswith("_")
    )
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in _starting(found, last)]


def namespaces(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Offer the namespaces of the files that are named, else of this directory."""
    found = (namespace for _, namespace, _ in _objects(ctx))
    return _starting(sorted({name for name in found if name}), incomplete)


def contexts(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Offer the contexts of the kubeconfig."""
    given = ctx.params.get("kubeconfig") or os.environ.get("KUBECONFIG")
    files = given.split(os.pathsep) if given else [str(Path.home() / ".kube" / "config")]
    found: list[str] = []
    for file in files:
        with suppress(Exception):
            from meshctl.regular_files import read_text
            from meshctl.yaml.reader import parse_one

            data = parse_one(read_text(file))
            found += [str(context["name"]) for context in data["contexts"]]
    return _starting(found, incomplete)


def described(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Offer for ``describe`` a kind, then the names of that kind."""
    from meshctl.istio.kind_names import WORKLOAD_KINDS, kind_named, spellings

    words = ctx.params.get("words") or []
    if words:
        kind = kind_named(words[0])
        named = dict.fromkeys(name for listed, _, name in _objects(ctx) if kind in {None, listed})
        return _starting(named, incomplete) if len(words) == 1 else []
    kinds = ("Service", "Gateway", *WORKLOAD_KINDS)
    short = [spellings(kind)[0] for kind in kinds]
    return _starting([*short, *(kind.lower() for kind in kinds)], incomplete) or targets(
        ctx, args, incomplete
    )


def targets(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Offer the names of workloads, Services and Gateways, with their kind if one is begun."""
    from meshctl.istio.kind_names import kind_named

    first, slash, _ = incomplete.partition("/")
    kind = kind_named(first) if slash else None
    names = [
        f"{first}/{name}" if kind else name
        for listed, _, name in _objects(ctx)
        if kind in {None, listed}
    ]
    return _starting(dict.fromkeys(names), incomplete)


def _objects(ctx: Any) -> Iterator[tuple[str, str, str]]:
    """Walk kind, namespace and ``NAME.NAMESPACE`` of what can be asked about."""
    from meshctl.istio.kind_names import WORKLOAD_KINDS

    wanted = {*WORKLOAD_KINDS, "Service", "Gateway"}
    with suppress(Exception):
        from meshctl.engine.objects import unwrap
        from meshctl.settings import Settings
        from meshctl.sources import files
        from meshctl.sources.loader import load

        paths = _paths(ctx)
        if len(files.find(paths).files) > _MOST_FILES:
            return
        for resource in unwrap(load(paths).documents, Settings().namespace):
            full = f"{resource.name}.{resource.namespace}"
            if resource.kind in wanted and _NAME.fullmatch(full):
                yield resource.kind, resource.namespace, full


def _paths(ctx: Any) -> list[str]:
    given = [*(ctx.params.get("paths") or ()), *(ctx.params.get("filename") or ())]
    given += [word for word in ctx.params.get("words") or () if glob(word)]  # noqa: PTH207 - a path or a pattern of paths
    return given or ["."]


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
