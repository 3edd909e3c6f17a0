"""Says in a sentence what stands in the input without its objects, and how to get those."""

import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from meshctl.engine.report import EVERY_RULE, NotCheckedRule
from meshctl.resources import Resource
from meshctl.sources.placement import HELM_HINT, KUSTOMIZE_HINT, Gap
from meshctl.words import amount

_SHOWN = 3

_SENTENCES = {
    "chart": ("chart was", "charts were", "not rendered", "helm template"),
    "kustomization": (
        "kustomization makes objects that aren't in the input",
        "kustomizations make objects that aren't in the input", "", "kubectl kustomize",
    ),
    "changed by kustomization": (
        "kustomization changes objects before they are applied",
        "kustomizations change objects before they are applied", "", "kubectl kustomize",
    ),
}  # fmt: skip

_PROGRAMS = {"helm template": ("helm",), "kubectl kustomize": ("kubectl", "kustomize")}
_HINTS = {"helm template": HELM_HINT, "kubectl kustomize": KUSTOMIZE_HINT}


def explain(gaps: Iterable[Gap]) -> Iterator[NotCheckedRule]:
    """Give one sentence for all gaps of a cause, with the command that closes the first."""
    grouped: dict[str, list[str]] = {}
    for gap in gaps:
        places = grouped.setdefault(gap.kind, [])
        if gap.place not in places:
            places.append(gap.place)
    for kind, places in grouped.items():
        yield NotCheckedRule(EVERY_RULE, _sentence(kind, places))


def undescribed(
    resources: Iterable[Resource], describes: Callable[[Resource], bool]
) -> Iterator[tuple[str, str]]:
    """Give one sentence for all objects of kinds without a schema, as a reason for every rule."""
    kinds = Counter(resource.kind for resource in resources if not describes(resource))
    if kinds:
        names = sorted(kinds)
        shown = ", ".join(names[:_SHOWN])
        if len(names) > _SHOWN:
            shown += f" and {amount(len(names) - _SHOWN, 'other kind')}"
        objects = amount(kinds.total(), "object")
        text = (
            f"there is no schema for {objects} of {shown}; --crds brings those of custom resources"
        )
        yield EVERY_RULE, text


def _sentence(kind: str, places: list[str]) -> str:
    shown = ", ".join(places[:_SHOWN])
    if len(places) > _SHOWN:
        shown += f" and {len(places) - _SHOWN} more"
    several = len(places) > 1
    if kind not in _SENTENCES:
        verb = "have" if several else "has"
        what = f"{len(places)} {kind} object{'s' if several else ''} {verb} what isn't in the input"
        return f"{what}: {shown}; render those, or read the cluster with --cluster"
    single, many, rest, command = _SENTENCES[kind]
    first = shlex.quote(places[0])
    name = (
        f" {shlex.quote(places[0].rstrip('/').rpartition('/')[2] or '.')}"
        if "helm" in command
        else ""
    )
    what = f"{len(places)} {many if several else single}{' ' + rest if rest else ''}"
    if not any(map(shutil.which, _PROGRAMS[command])):
        return f"{what}: {shown}; {_HINTS[command]}"
    return f"{what}: {shown}; run `{command}{name} {first} | meshctl analyze -`"
