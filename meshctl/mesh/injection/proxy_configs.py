"""The ProxyConfigs that hold for the proxy of a workload, and what they set.

Mirrors EffectiveProxyConfig (pilot/pkg/model/proxy_config.go, Istio 1.31): of each level the oldest,
those for a workload over those for its namespace over those of the root namespace. One whose selector
has no labels is for none of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from meshctl.istio.annotation_names import PROXY_CONFIG
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.resources import ProxyConfig, Workload
from meshctl.yaml.reader import parse_one

_VARIABLES = ("environmentVariables", "proxyMetadata")
"""Where a ProxyConfig has the variables, and where the mesh config and the annotation have them."""


class ProxyConfigs:
    """All ProxyConfigs by namespace."""

    def __init__(self, configs: Iterable[ProxyConfig], config: MeshConfig) -> None:
        self._root = config.root_namespace
        self._default = config.raw.get("defaultConfig")
        self._wide: dict[str, list[ProxyConfig]] = {}
        self._narrow: dict[str, SelectorIndex[ProxyConfig]] = {}
        for proxy_config in sorted(configs, key=age):
            home = proxy_config.namespace
            if proxy_config.selector:
                index = self._narrow.setdefault(home, SelectorIndex())
                index.add(proxy_config.selector, proxy_config)
            elif not proxy_config.is_for_nobody:
                self._wide.setdefault(home, []).append(proxy_config)

    def for_namespace(self, namespace: str) -> Sequence[ProxyConfig]:
        """Those for a whole namespace, of the root namespace for the mesh; the first alone counts."""
        return self._wide.get(namespace, ())

    def for_workload(self, workload: Workload) -> Sequence[ProxyConfig]:
        """Those whose selector picks a workload; the first alone counts."""
        index = self._narrow.get(workload.namespace)
        return index.find(workload.pod_labels) if index is not None else ()

    def of(self, workload: Workload) -> Iterator[ProxyConfig]:
        """Walk the one ProxyConfig of each level that holds for a workload, the narrowest first."""
        yield from self.for_workload(workload)[:1]
        for home in dict.fromkeys((workload.namespace, self._root)):
            yield from self.for_namespace(home)[:1]

    def settings(self, workload: Workload) -> Mapping[str, object]:
        """What the proxy of a workload is set to: threads, image and each variable by its name.

        The annotation of the pod comes after the ProxyConfigs for the workload, and before the others.
        """
        levels: list[Any] = [proxy_config.spec.data for proxy_config in self.of(workload)]
        levels.insert(len(self.for_workload(workload)[:1]), _annotated(workload))
        found: dict[str, object] = {}
        for level in (self._default, *reversed(levels)):
            found |= dict(_set(level))
        return found

    def reads_proxy_protocol(self, workload: Workload) -> bool:
        """Do the listeners of a gateway read the PROXY protocol, by ``gatewayTopology``?

        ProxyConfigs don't have it; the annotation of the pod is laid over the mesh config.
        """
        for level in (_annotated(workload), self._default):
            topology = level.get("gatewayTopology") if isinstance(level, Mapping) else None
            if isinstance(topology, Mapping) and topology.get("proxyProtocol") is not None:
                return True
        return False


def _set(level: Any) -> Iterator[tuple[str, object]]:
    written = level if isinstance(level, Mapping) else {}
    for key in ("concurrency", "image"):
        if written.get(key) is not None:
            yield key, written[key]
    for key in _VARIABLES:
        variables = written.get(key)
        if isinstance(variables, Mapping):
            yield from ((f"{_VARIABLES[0]}.{name}", text) for name, text in variables.items())


def _annotated(workload: Workload) -> Any:
    try:
        return parse_one(workload.pod_annotations.get(PROXY_CONFIG, ""))
    except ValueError:
        return None
