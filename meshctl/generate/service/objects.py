"""Makes the objects of a service: what Kubernetes, its clients' proxies and its own are told.

By who has a sidecar, the four ways a call can go: with both, mutual TLS and access control; a server
without one is called in plaintext; clients without one need a server that takes plaintext; with
neither, only the Service is left.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshctl.generate.service.routes import CANARY, STABLE, gateway_routes, mesh_routes
from meshctl.generate.service.values import ServiceValues

Form = dict[str, Any]
_TLS_OF_CLIENTS = {"STRICT": "ISTIO_MUTUAL", "DISABLE": "DISABLE"}
"""PERMISSIVE is left to auto mTLS."""


def service_objects(values: ServiceValues) -> list[Form]:
    """List the objects in the order in which they are applied."""
    return [made for made in _objects(values) if made is not None]


def _objects(values: ServiceValues) -> Iterator[Form | None]:
    yield _service(values)
    name = values.name
    yield _istio(values, "networking", "DestinationRule", name, _destination_rule(values))
    yield _istio(values, "networking", "VirtualService", name, mesh_routes(values))
    yield _istio(values, "networking", "VirtualService", f"{name}-gateway", gateway_routes(values))
    yield _istio(values, "security", "PeerAuthentication", name, _peer_authentication(values))
    yield _istio(values, "security", "AuthorizationPolicy", name, _authorization(values))


def _service(values: ServiceValues) -> Form:
    ports = [
        {"name": port.name, "port": port.number, "targetPort": port.target} for port in values.ports
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": values.name, "namespace": values.namespace},
        "spec": {"selector": dict(values.selector), "ports": ports},
    }


def _istio(
    values: ServiceValues, group: str, kind: str, name: str, spec: Form | None
) -> Form | None:
    if spec is None:
        return None
    return {
        "apiVersion": f"{group}.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": values.namespace},
        "spec": spec,
    }


def _destination_rule(values: ServiceValues) -> Form | None:
    if not values.is_routed:
        return None
    policy: Form = {}
    mode = _TLS_OF_CLIENTS.get(values.mtls) if values.server_in_mesh else "DISABLE"
    if mode is not None:
        policy["tls"] = {"mode": mode}
    if values.outlier_detection is not None:
        policy["outlierDetection"] = dict(values.outlier_detection)
    spec: Form = {"host": values.name}
    if policy:
        spec["trafficPolicy"] = policy
    if values.canary is not None:
        versions = ((STABLE, values.canary["stable"]), (CANARY, values.canary["version"]))
        spec["subsets"] = [
            {"name": name, "labels": {"version": version}} for name, version in versions
        ]
    return spec if len(spec) > 1 else None


def _selector(values: ServiceValues) -> Form:
    return {"selector": {"matchLabels": dict(values.selector)}}


def _peer_authentication(values: ServiceValues) -> Form | None:
    if not values.server_in_mesh:
        return None
    return {**_selector(values), "mtls": {"mode": values.mtls}}


def _authorization(values: ServiceValues) -> Form | None:
    if not values.allowed_callers:
        return None
    callers = values.allowed_callers
    if values.gateway is not None:
        callers = (*callers, _gateway_caller(values.gateway))
    return {**_selector(values), "action": "ALLOW", "rules": [{"from": allowed_sources(callers)}]}


def _gateway_caller(gateway: Mapping[str, Any]) -> str:
    home = gateway.get("serviceAccountNamespace", gateway["namespace"])
    return f"{home}/{gateway['serviceAccount']}"


def allowed_sources(callers: Sequence[str]) -> list[Form]:
    """Write callers (``namespace/serviceaccount``, ``namespace/*``) as sources of a policy.

    ``cluster.local`` stands for the trust domain of the mesh, whatever it is called
    (pilot/pkg/security/trustdomain, Istio 1.31).
    """
    unique = sorted(set(callers))
    whole = [path.removesuffix("/*") for path in unique if path.endswith("/*")]
    single = [path.partition("/") for path in unique if not path.endswith("/*")]
    principals = [
        f"cluster.local/ns/{home}/sa/{name}" for home, _, name in single if home not in whole
    ]
    found: list[Form] = []
    if principals:
        found.append({"source": {"principals": principals}})
    if whole:
        found.append({"source": {"namespaces": whole}})
    return found
