"""Joins the rules of Mixer with the handlers and instances that they name."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.migrate.drafts import Draft
from meshctl.resources import Resource, View
from meshctl.resources.view import views

GROUP = "config.istio.io"
ADAPTERS = frozenset({
    "denier", "listchecker", "memquota", "redisquota", "prometheus", "stdio", "kubernetesenv",
    "fluentd", "stackdriver", "statsd", "dogstatsd", "circonus", "cloudwatch", "solarwinds",
    "zipkin", "opa", "rbac", "noop", "bypass", "signalfx", "newrelic", "wavefront", "apigee",
})  # fmt: skip
TEMPLATES = frozenset({
    "checknothing", "reportnothing", "listentry", "quota", "metric", "logentry", "tracespan",
    "kubernetes", "authorization", "apikey", "edge",
})  # fmt: skip
NO_SUCCESSOR = frozenset({"attributemanifest", "template", "adapter"})
_SAME = {"listchecker": "list"}


class Part(NamedTuple):
    """A handler or an instance: what it is of, its settings, and its draft."""

    resource: Resource
    draft: Draft
    of: str
    """The adapter or template, as it is called today: ``denier``, ``list``, ``quota``, …"""
    params: View


class Action(NamedTuple):
    """One action of a rule: what handles which instances."""

    handler: Part
    instances: tuple[Part, ...]
    view: View


class Joined:
    """Finds handlers and instances by the names that rules give them."""

    def __init__(self, several: Sequence[tuple[Resource, Draft]]) -> None:
        self._parts: list[Part] = []
        self._named: dict[tuple[bool, str], Part] = {}
        self.used: set[Resource] = set()
        for resource, draft in several:
            part = _part(resource, draft)
            if part is None:
                continue
            self._parts.append(part)
            is_handler = resource.kind in ADAPTERS | {"handler"}
            name, kind, home = resource.name, resource.kind, resource.namespace
            for spelling in (
                f"{home}/{name}", f"{home}/{name}.{kind}", f"{name}.{home}", f"{name}.{kind}.{home}",
            ):  # fmt: skip
                self._named.setdefault((is_handler, spelling), part)

    @property
    def parts(self) -> Iterator[Part]:
        """Every handler and instance."""
        yield from self._parts

    def actions(self, rule: Resource, draft: Draft) -> Iterator[Action]:
        """Walk the actions of a rule whose handlers are in the input."""
        for view in views(rule.spec, "actions", View):
            handler = self._find(view.text("handler"), rule.namespace, is_handler=True)
            if handler is None:
                draft.lost(
                    f"handler {view.text('handler')} is not in the input", view.at("handler"),
                    instead="add it to the input",
                )  # fmt: skip
                continue
            found = []
            for index, name in enumerate(view.texts("instances")):
                instance = self._find(name, rule.namespace, is_handler=False)
                if instance is None:
                    draft.lost(f"instance {name} is not in the input", view.at("instances", index),
                               instead="add it to the input")  # fmt: skip
                else:
                    found.append(instance)
            yield Action(handler, tuple(found), view)

    def _find(self, written: str, home: str, *, is_handler: bool) -> Part | None:
        """Find by ``name``, ``name.kind``, ``name.namespace`` or ``name.kind.namespace``."""
        for spelling in (f"{home}/{written}", written):
            part = self._named.get((is_handler, spelling))
            if part is not None:
                self.used.add(part.resource)
                return part
        return None


def _part(resource: Resource, draft: Draft) -> Part | None:
    kind, spec = resource.kind, resource.spec
    if kind in {"handler", "instance"}:
        keys = (
            ("compiledAdapter", "adapter")
            if kind == "handler"
            else ("compiledTemplate", "template")
        )
        of = next((spec.text(key) for key in keys if spec.has(key)), "")
        return Part(resource, draft, _SAME.get(of, of), spec.child("params"))
    if kind in ADAPTERS | TEMPLATES:
        return Part(resource, draft, _SAME.get(kind, kind), spec)
    return None
