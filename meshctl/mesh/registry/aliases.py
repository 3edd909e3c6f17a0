"""What an ExternalName Service stands for, and whether proxies have an upstream for it.

A route to such a Service leads to the host that it names, on the port of the destination or else on the only one
of the Service; proxies have upstreams for declared hosts and their ports alone (GetDestinationCluster,
pilot/pkg/networking/core/route/route.go, Istio 1.31, with ENABLE_EXTERNAL_NAME_ALIAS).
"""

from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.words import MOST_LISTED, shortened


def alias_gap(
    registry: Registry, declared: RegisteredHost, number: int | None, root: str
) -> str | None:
    """Say in words what an alias stands for that proxies lack; ``None`` where it leads somewhere, or is none.

    Names of the ``root`` namespace are given the benefit: an installation is seldom among the files.
    """
    name = declared.alias
    if not name or registry.home(name) == root:
        return None
    if not registry.has(name):
        return f"{name}, which nothing declares"
    dialled = number or (declared.ports[0].number if len(declared.ports) == 1 else None)
    missing = registry.together(registry.at(name)).missing_port(dialled)
    if missing is None:
        return None
    return f"{name}, which has no port {dialled}, only {shortened(missing.known, MOST_LISTED)}"
