"""The ProxyConfigs that hold for the proxy of a workload.

Mirrors EffectiveProxyConfig (pilot/pkg/model/proxy_config.go, Istio 1.31): of each level the oldest,
those for a workload over those for its namespace over those of the root namespace.
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import selects
from meshctl.resources import ProxyConfig, Workload


class ProxyConfigs:
    """All ProxyConfigs by namespace."""

    def __init__(self, configs: Iterable[ProxyConfig], config: MeshConfig) -> None:
        self._root = config.root_namespace
        self._configs: dict[str, list[ProxyConfig]] = {}
        for proxy_config in sorted(configs, key=age):
            self._configs.setdefault(proxy_config.namespace, []).append(proxy_config)

    def of(self, workload: Workload) -> Iterator[ProxyConfig]:
        """Walk the one ProxyConfig of each level that holds for a workload, the narrowest first."""
        own = self._configs.get(workload.namespace, ())
        narrow = (
            proxy_config
            for proxy_config in own
            if proxy_config.selector and selects(proxy_config.selector, workload.pod_labels)
        )
        yield from _first(narrow)
        for home in dict.fromkeys((workload.namespace, self._root)):
            yield from _first(
                proxy_config
                for proxy_config in self._configs.get(home, ())
                if not proxy_config.selector
            )


def _first(configs: Iterable[ProxyConfig]) -> Iterator[ProxyConfig]:
    found = next(iter(configs), None)
    if found is not None:
        yield found
