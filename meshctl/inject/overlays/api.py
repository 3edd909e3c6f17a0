"""What an overlay knows of the pod that it is laid over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from meshctl.inject.go_template.values import show_inside
from meshctl.inject.owners import Owner

Object = dict[str, Any]


def value_at(values: Any, *path: str) -> Any:
    """Give one of the chart's values by its path, ``None`` where there is none."""
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


@dataclass(frozen=True, slots=True)
class PodInjection:
    """One pod that is injected, with everything that decides what it gets."""

    pod: Object
    """The pod as users wrote it: without what an earlier injection added."""
    owner: Owner
    mesh: Mapping[str, Any]
    """The MeshConfig, with the pod's own ProxyConfig in it."""
    values: Mapping[str, Any]
    revision: str
    image: str
    init_image: str
    is_native: bool
    user: int
    group: int
    compliance_policy: str = ""

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations of the pod."""
        return self.pod["metadata"].get("annotations") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the pod."""
        return self.pod["metadata"].get("labels") or {}

    @property
    def containers(self) -> list[Object]:
        """The containers of the pod, the users' own sidecar among them."""
        return self.pod["spec"].get("containers") or []

    @property
    def proxy_config(self) -> Mapping[str, Any]:
        """The ProxyConfig of the pod."""
        return self.mesh["defaultConfig"]  # type: ignore[no-any-return]

    @property
    def inbound_policy(self) -> str:
        """To which address the sidecar sends what it lets in: ``localhost`` or ``passthrough``."""
        policy = (self.mesh.get("inboundTrafficPolicy") or {}).get("mode")
        return "localhost" if policy == "LOCALHOST" else "passthrough"

    def value(self, path: str) -> Any:
        """Give one of the chart's values by its path, ``None`` where there is none."""
        return value_at(self.values, *path.split("."))

    def text(self, path: str) -> str:
        """Give one of the chart's values as text, empty where there is none."""
        found = self.value(path)
        return "" if found is None else show_inside(found)

    def annotation(self, name: str, path: str) -> str:
        """Give an annotation of the pod, one of the chart's values where it has none."""
        found = self.annotations.get(name)
        return self.text(path) if found is None else found


Overlay = Callable[[PodInjection], Object]
"""Makes the patch that is merged over a pod."""
