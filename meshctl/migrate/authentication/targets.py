"""Finds the pods and container ports that a Policy of authentication.istio.io/v1alpha1 is for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.resources import Resource, Service, View
from meshctl.resources.placeholders import has_placeholder
from meshctl.resources.view import views

_FIELDS = frozenset({"name", "labels", "ports"})


class Target(NamedTuple):
    """What a policy is for: a namespace, labels of pods (none: all of them), container ports."""

    namespace: str
    selector: Mapping[str, str]
    ports: tuple[int, ...]
    name: str
    """What to add to the name of a policy for it."""


def targets(policy: Resource, draft: Draft, known: Known) -> Iterator[Target]:
    """Walk the targets of a Policy or MeshPolicy; those that can't be told are noted as lost."""
    written = views(policy.spec, "targets", View)
    if policy.kind == "MeshPolicy":
        if policy.name != "default" or written:
            draft.exact(
                "a MeshPolicy had to be named default and to have no targets; it was refused"
            )
            return
        yield Target(known.root, {}, (), "")
        return
    if not written:
        if policy.name != "default" and not has_placeholder(policy.name):
            draft.exact("a Policy without targets had to be named default; this one was refused")
            return
        yield Target(policy.namespace, {}, (), "")
        return
    for view in written:
        target = _target(policy, view, draft, known)
        if target is not None:
            yield target if len(written) > 1 else target._replace(name="")


def _target(policy: Resource, view: View, draft: Draft, known: Known) -> Target | None:
    name = view.text("name")
    for key in view.names():
        if key not in _FIELDS:
            draft.lost(
                f"a target by {key} has nothing like it", view.at(key),
                instead="select pods by their labels",
            )  # fmt: skip
            return None
    service = known.service(name, policy.namespace) if name else None
    selector = {**(service.selector if service is not None else {}), **view.labels_of("labels")}
    if name and (service is None or not selector):
        why = "is not in the input" if service is None else "has no selector"
        draft.lost(
            f"Service {name} {why}, so that its pods are not known", view.at("name"),
            instead="add the Service to the input, or write the policy with the labels of its pods",
        )  # fmt: skip
        return None
    ports = _ports(view, service, draft, known)
    if ports is None:
        return None
    return Target(policy.namespace, selector, ports, name or "labels")


def _ports(
    view: View, service: Service | None, draft: Draft, known: Known
) -> tuple[int, ...] | None:
    """Turn ports of the Service into those of its pods; ``None`` where one can't be told."""
    found = []
    for port in views(view, "ports", View):
        number, name = port.number("number"), port.text("name")
        declared = [
            service_port for service_port in (service.ports if service is not None else ())
            if service_port.port == number or (name and service_port.name == name)
        ]  # fmt: skip
        target = known.target(service, declared[0]) if service is not None and declared else None
        if target is None:
            shown = number if number is not None else name
            draft.lost(
                f"port {shown} is one of the Service, and the container port behind it isn't known",
                port.at(), instead="write portLevelMtls with the port of the container",
            )  # fmt: skip
            return None
        found.append(target)
    return tuple(found)
