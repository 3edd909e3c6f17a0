"""Plans the listeners of a Gateway of the Gateway API for the servers of Istio Gateways.

The pods stay: ``spec.addresses`` names the Service of the gateway, whose namespace the new Gateway
is in, as istiod looks for the pods and their Secrets there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from meshctl.mesh.core.hosts import covers, is_wildcard
from meshctl.migrate.drafts import Draft, Names, label_name
from meshctl.migrate.kinds import KUBERNETES_GATEWAY
from meshctl.migrate.known import Known
from meshctl.resources import Gateway, Server

MODE = "gateway.istio.io/tls-terminate-mode"
CIPHERS = "gateway.istio.io/tls-cipher-suites"
_PROTOCOLS = {
    "HTTP": "HTTP", "HTTP2": "HTTP", "GRPC": "HTTP", "GRPC-WEB": "HTTP", "HTTPS": "HTTPS",
    "TLS": "TLS", "TCP": "TCP", "MONGO": "TCP", "MYSQL": "TCP", "REDIS": "TCP",
}  # fmt: skip
_MODES = {"MUTUAL": "MUTUAL", "OPTIONAL_MUTUAL": "OPTIONAL_MUTUAL", "ISTIO_MUTUAL": "ISTIO_MUTUAL"}
_LOST_TLS = {
    "minProtocolVersion": "patch the listener by an EnvoyFilter, or keep the Gateway",
    "maxProtocolVersion": "patch the listener by an EnvoyFilter, or keep the Gateway",
    "subjectAltNames": "check the client by an AuthorizationPolicy, or keep the Gateway",
    "verifyCertificateSpki": "keep the Gateway",
    "verifyCertificateHash": "keep the Gateway",
    "serverCertificate": "put the certificate into a Secret, and name it by credentialName",
    "privateKey": "put the key into a Secret, and name it by credentialName",
    "caCertificates": "put the certificate into the Secret, and name it by credentialName",
    "caCrl": "keep the Gateway",
    "caCertCredentialName": "keep the Gateway",
    "tlsCertificates": "name Secrets by credentialNames",
    "workloadSelector": "keep the Gateway",
}
_LABEL_OF_NAME = "kubernetes.io/metadata.name"
_INGRESS = {"istio": "ingressgateway"}
_INGRESS_SERVICE = "istio-ingressgateway"
_MOST_LISTENERS = 64
_MOST_ADDRESSES = 16


@dataclass(eq=False)
class Listener:
    """A listener to be written, and where routes attach to it."""

    gateway: str
    namespace: str
    name: str
    server: Server
    protocol: str
    port: int
    hostname: str
    """Empty for every host."""
    namespaces: set[str]
    """Whose VirtualServices it takes; ``*`` for all."""
    tls: dict[str, Any]
    is_redirect: bool

    def takes(self, host: str, namespace: str) -> bool:
        """May a VirtualService of a namespace route a host here?"""
        own = self.hostname or "*"
        return self.is_for(namespace) and (covers(own, host) or covers(host, own))

    def is_for(self, namespace: str) -> bool:
        """Does it take VirtualServices of a namespace?"""
        return not self.namespaces.isdisjoint({"*", namespace})

    def form(self) -> dict[str, Any]:
        """Write it."""
        found: dict[str, Any] = {"name": self.name, "port": self.port, "protocol": self.protocol}
        if self.hostname:
            found["hostname"] = self.hostname
        if self.tls:
            found["tls"] = self.tls
        found["allowedRoutes"] = {"namespaces": self._allowed()}
        return found

    def _allowed(self) -> dict[str, Any]:
        if self.is_redirect:
            return {"from": "Same"}
        if "*" in self.namespaces:
            return {"from": "All"}
        if self.namespaces == {self.namespace}:
            return {"from": "Same"}
        names = {"key": _LABEL_OF_NAME, "operator": "In", "values": sorted(self.namespaces)}
        return {"from": "Selector", "selector": {"matchExpressions": [names]}}


@dataclass(eq=False)
class GatewayPlan:
    """What becomes of an Istio Gateway: new ones by namespace, and servers that have to stay."""

    gateway: Gateway
    draft: Draft
    names: dict[str, str] = field(default_factory=dict)
    """The new Gateways: name by namespace."""
    services: dict[str, list[str]] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    staying: set[int] = field(default_factory=set)
    """The indexes of servers that stay."""
    by_place: dict[tuple[str, int, str], Listener] = field(default_factory=dict)
    """The listeners by namespace, port and host name."""
    listener_names: set[tuple[str, str]] = field(default_factory=set)
    """The names that are taken, with their namespaces."""

    @property
    def full_name(self) -> str:
        """How VirtualServices name it."""
        return self.gateway.key_name


def plan(gateway: Gateway, draft: Draft, names: Names, known: Known) -> GatewayPlan:
    """Plan one Gateway."""
    found = GatewayPlan(gateway, draft)
    found.services = _services(gateway, draft, known)
    for server in gateway.servers:
        before = draft.is_lost
        _refuse_fields(server, draft)
        if not found.services or (draft.is_lost and not before) or _is_lost(server):
            found.staying.add(server.index)
    for namespace in found.services:
        found.names[namespace] = names.free(KUBERNETES_GATEWAY, namespace, gateway.name)
        for server in gateway.servers:
            if server.index not in found.staying:
                _add_listeners(found, namespace, server)
    if len(found.listeners) > _MOST_LISTENERS:
        draft.lost(f"a Gateway has at most {_MOST_LISTENERS} listeners", gateway.spec.at("servers"),
                   instead="split the Gateway")  # fmt: skip
        found.staying.update(server.index for server in gateway.servers)
    return found


def _services(gateway: Gateway, draft: Draft, known: Known) -> dict[str, list[str]]:
    """Find the Services in front of the pods, by namespace; none where they can't be told."""
    place = gateway.spec.at("selector")
    if not gateway.selector:
        draft.lost("a Gateway without selector is for every proxy", gateway.spec.at(),
                   instead="select the pods of a gateway")  # fmt: skip
        return {}
    found: dict[str, list[str]] = {}
    for service in known.in_front(gateway):
        found.setdefault(service.namespace, []).append(service.name)
    if not found and gateway.selector == _INGRESS:
        draft.near(
            f"the input has no Service of the pods; {_INGRESS_SERVICE} of {known.root} is taken "
            "for it", place, instead="add the Service to the input",
        )  # fmt: skip
        known.assumed.append(_assumed(gateway, known.root))
        return {known.root: [_INGRESS_SERVICE]}
    if not found:
        draft.lost("the Service of the pods is not in the input", place,
                   instead="add it to the input")  # fmt: skip
    if max(map(len, found.values()), default=0) > _MOST_ADDRESSES:
        draft.lost(f"a Gateway names at most {_MOST_ADDRESSES} Services", place,
                   instead="put one Service in front of all its pods")  # fmt: skip
        return {}
    for namespace in (home for home in found if home != gateway.namespace):
        draft.exact(
            f"the Gateway is in namespace {namespace}, where its pods and Secrets are", place
        )
    return found


def _assumed(gateway: Gateway, namespace: str) -> dict[str, Any]:
    """Write the Service that is taken to stand before the pods of a gateway."""
    numbers = sorted({server.port for server in gateway.servers if server.port})
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": _INGRESS_SERVICE, "namespace": namespace},
        "spec": {
            "selector": dict(gateway.selector),
            "ports": [{"name": f"port-{number}", "port": number} for number in numbers],
        },
    }  # fmt: skip


def _refuse_fields(server: Server, draft: Draft) -> None:
    if server.bind:
        draft.lost("bind has nothing like it in a Gateway", server.at("bind"),
                   instead="keep the Gateway")  # fmt: skip
    if server.protocol not in _PROTOCOLS:
        draft.lost(f"protocol {server.protocol} has nothing like it in a Gateway",
                   server.child("port").at("protocol"), instead="keep the Gateway")  # fmt: skip
    if server.is_tls and server.tls_mode == "AUTO_PASSTHROUGH":
        draft.lost("AUTO_PASSTHROUGH is of gateways between networks", server.tls.at("mode"),
                   instead="use a Gateway of class istio-east-west, or keep this one")  # fmt: skip
    for key in server.tls.names():
        if key in _LOST_TLS:
            draft.lost(f"tls.{key} has nothing like it in a Gateway", server.tls.at(key),
                       instead=_LOST_TLS[key])  # fmt: skip
    for name, ref in server.credentials:
        if len(server.tls.texts("credentialNames")) > 2:  # noqa: PLR2004 - RSA and ECDSA
            draft.lost("a listener has at most two certificates", ref,
                       instead="split the server")  # fmt: skip
        del name
    for index, written in enumerate(server.hosts):
        host = written.rpartition("/")[2]
        if "*" in host and host != "*" and not (host.startswith("*.") and "*" not in host[1:]):
            draft.lost(f"{host} is no host that a listener may have", server.host_at(index),
                       instead="write *. and a domain")  # fmt: skip
    if server.tls_mode == "OPTIONAL_MUTUAL":
        draft.near("istiod checks a certificate that a client shows in the same way, by an option of "
                   "its own", server.tls.at("mode"))  # fmt: skip


def _is_lost(server: Server) -> bool:
    return server.protocol not in _PROTOCOLS or not server.port


def _add_listeners(found: GatewayPlan, namespace: str, server: Server) -> None:
    protocol = _PROTOCOLS[server.protocol]
    if server.is_passthrough:
        protocol = "TLS"
    for written in server.hosts:
        scope, slash, host = written.rpartition("/")
        homes = {found.gateway.namespace if scope == "." else scope} if slash else {"*"}
        hostname = "" if host == "*" or protocol == "TCP" else host.lower()
        if protocol == "HTTP" and not hostname.strip("."):
            hostname = ""
        place = namespace, server.port, hostname
        same = found.by_place.get(place)
        if same is not None:
            _merge(found, same, server, homes)
            continue
        name = _name(found, namespace, server, protocol, hostname)
        is_redirect = server.https_redirect and protocol == "HTTP"
        made = Listener(
            found.names[namespace], namespace, name, server, protocol, server.port, hostname, homes,
            _tls(server), is_redirect,
        )  # fmt: skip
        found.by_place[place] = made
        found.listeners.append(made)


def _merge(found: GatewayPlan, known: Listener, server: Server, homes: set[str]) -> None:
    """Two servers of one port and host: those of HTTP are one, of others the first counts."""
    if known.protocol == "HTTP" and known.is_redirect == server.https_redirect:
        known.namespaces |= homes
    elif known.server is not server:
        found.draft.exact(
            f"another server comes first for port {server.port} and host {known.hostname or '*'}, so "
            "that this one did nothing there", server.at(),
        )  # fmt: skip


def _name(found: GatewayPlan, namespace: str, server: Server, protocol: str, hostname: str) -> str:
    base = f"{protocol.lower()}-{server.port}"
    if hostname:
        base += f"-{hostname.replace('*', 'any')}"
    name, number = label_name(base), 1
    while (namespace, name) in found.listener_names:
        number += 1
        name = label_name(f"{base}-{number}")
    found.listener_names.add((namespace, name))
    return name


def _tls(server: Server) -> dict[str, Any]:
    if not server.is_tls:
        return {}
    if server.is_passthrough:
        return {"mode": "Passthrough"}
    found: dict[str, Any] = {"mode": "Terminate"}
    refs = [{"name": name} for name, _ in server.credentials]
    if refs:
        found["certificateRefs"] = refs
    options: dict[str, str] = {}
    if server.tls_mode in _MODES:
        options[MODE] = _MODES[server.tls_mode]
    suites = server.tls.texts("cipherSuites")
    if suites:
        options[CIPHERS] = ",".join(suites)
    if options:
        found["options"] = options
    return found


def gateway_spec(found: GatewayPlan, namespace: str, domain: str) -> Mapping[str, Any]:
    """Write the new Gateway of a namespace."""
    own = found.gateway
    is_named = namespace != own.namespace or bool(own.metadata.get("namespace"))
    return {
        "gatewayClassName": "istio",
        "addresses": [
            {"type": "Hostname", "value": f"{name}.{namespace}.svc.{domain}" if is_named else name}
            for name in found.services[namespace]
        ],
        "listeners": [listener.form() for listener in _written(found, namespace)],
    }


def _written(found: GatewayPlan, namespace: str) -> Iterator[Listener]:
    for listener in found.listeners:
        if listener.namespace == namespace:
            yield listener


def is_usable_host(host: str) -> bool:
    """Can a route name this host?"""
    return host == "*" or not is_wildcard(host) or (host.startswith("*.") and "*" not in host[1:])
