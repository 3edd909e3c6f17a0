"""Reads how configuration of config.istio.io/v1alpha2 names hosts and versions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.migrate.drafts import label_name
from meshctl.migrate.known import Known
from meshctl.resources import Resource, View
from meshctl.resources.resource import UNKNOWN_NAMESPACE

_LABEL = 63


class Destination(NamedTuple):
    """A host, and the labels that narrow it to some of its pods."""

    host: str
    labels: Mapping[str, str]

    @property
    def subset(self) -> str:
        """The name of the subset for the labels; empty for all pods."""
        if not self.labels:
            return ""
        text = "-".join(f"{key}-{value}" for key, value in sorted(self.labels.items()))
        return label_name(text.replace(".", "-").replace("/", "-"))

    def form(self) -> dict[str, Any]:
        """Write it as a destination of a VirtualService."""
        return {"host": self.host, **({"subset": self.subset} if self.labels else {})}


def host_of(service: View, known: Known) -> str:
    """The full host that an IstioService names, or the short one where its namespace is unknown.

    ``service`` is a host as it stands; ``name``, ``namespace`` and ``domain`` make one.
    """
    resource = service.resource
    host = service.text("service")
    if host:
        return _full(host, resource, known)
    name = service.text("name")
    if "." in name:
        return name
    namespace = service.text("namespace") or _home(resource)
    if not namespace:
        return name
    domain = service.text("domain") or f"svc.{known.domain}"
    return f"{name}.{namespace}.{domain}"


def destination_of(service: View, known: Known, labels: Mapping[str, str]) -> Destination:
    """A destination of its own, or with labels."""
    return Destination(host_of(service, known), dict(labels))


def _home(resource: Resource) -> str:
    """The namespace that an object names itself; others may be applied to any."""
    named = resource.metadata.get("namespace")
    is_told = resource.namespace != UNKNOWN_NAMESPACE and named
    return resource.namespace if is_told else ""


def _full(host: str, resource: Resource, known: Known) -> str:
    """Complete a short name where the namespace is known."""
    home = _home(resource)
    return known.host(host, home) if "." not in host and "*" not in host and home else host
