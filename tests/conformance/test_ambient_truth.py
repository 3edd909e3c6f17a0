"""Does the model of ambient mode agree with what istiod 1.31 gives ztunnels, waypoints, sidecars?

The data are recordings of istiod; a line is printed for each figure, and every floor only rises.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshctl.mesh import Mesh
from meshctl.mesh.ambient.authorization_conversion import acceptance
from meshctl.mesh.ambient.waypoint_chains import Chain
from meshctl.mesh.ambient.waypoints import Binding
from meshctl.mesh.ambient.workload_api import ZtunnelService, ZtunnelWorkload
from meshctl.mesh.ambient.ztunnel_policy import Match, ZtunnelPolicy
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import AuthorizationPolicy, ServiceEntry, Workload, make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/ambient-truth"
FLOOR = 1.0
FLOORS = {"policy status": 0.99}
"""istiod keeps the statuses of policies that it doesn't send under one key, the empty name, so that
where a mesh has several of them all but one are lost; which one is left is chance."""
CONFIG = {
    "extensionProviders": [{"name": "ext", "envoyExtAuthzGrpc": {"service": "e", "port": 9000}}]
}
"""The mesh of the recordings has one external authorizer."""
PLAIN = {"plaintext": "plaintext"}

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of istiod are not in {DATA}: nothing was compared"
)


def mesh_of(objects: list[dict[str, Any]]) -> Mesh:
    made = [make_resource(Document("data", 1, "", one), one, (), "default") for one in objects]
    return Mesh(made, MeshConfig.parse(CONFIG), is_whole=True)


def scenarios(name: str) -> Iterator[tuple[str, Mesh, dict[str, Any]]]:
    for line in (DATA / name).read_text().splitlines():
        scenario = json.loads(line)
        yield scenario["id"], mesh_of(scenario["objects"]), scenario["truth"]


def waypoint_of(binding: Binding) -> str | None:
    return binding.bound.address if binding.bound is not None else None


def workload_form(one: ZtunnelWorkload) -> dict[str, Any]:
    form: dict[str, Any] = {
        "tunnel": "HBONE" if one.takes_hbone else "NONE",
        "waypoint": waypoint_of(one.binding),
        "policies": sorted(one.policies),
        "services": [service.key_name for service in one.services],
        "serviceAccount": one.service_account or None,
    }
    if one.is_native:
        form["nativeTunnel"] = True
    if not one.is_healthy:
        form["status"] = "UNHEALTHY"
    return form


def workloads(mesh: Mesh) -> dict[str, Any]:
    api = mesh.ambient.api
    found = [one for pod in mesh.of(Workload) if (one := api.of_pod(pod)) is not None]
    found += [one for entry in mesh.of(ServiceEntry) for one in api.of_entry(entry)]
    return {
        one.name if one.name.startswith("Pod/") else f"Kubernetes/{one.name}": workload_form(one)
        for one in found
    }


def service_form(one: ZtunnelService) -> dict[str, Any]:
    form: dict[str, Any] = {
        "ports": [f"{port}:{target}:{protocol}" for port, target, protocol in one.ports],
        "waypoint": waypoint_of(one.binding),
    }
    if one.by_ingress:
        form["ingressUseWaypoint"] = True
    if not one.addresses:
        form["noAddress"] = True
    return form


def condition(one: ZtunnelService) -> list[Any] | None:
    binding = one.binding
    if binding.refusal is not None:
        return [False, *binding.refusal]
    if binding.bound is None:
        return None
    message = f"Successfully attached to waypoint {binding.bound.gateway.key_name}"
    if one.by_ingress:
        message += ". Ingress traffic will traverse the waypoint"
    elif one.ingress_label is not None:
        message += (
            ". Ingress traffic is not using the waypoint, set the istio.io/ingress-use-waypoint "
            "label to true if desired."
        )
    return [True, "WaypointAccepted", message]


def conditions(mesh: Mesh) -> dict[str, Any]:
    said = {
        f"{one.host.source.kind}/{one.host.source.key_name}": condition(one)
        for one in mesh.ambient.api.services.values()
    }
    return {key: {"istio.io/WaypointBound": one} for key, one in said.items() if one is not None}


def match_form(match: Match) -> dict[str, Any]:
    names = {
        "namespaces": match.namespaces, "notNamespaces": match.not_namespaces,
        "serviceAccounts": match.service_accounts, "notServiceAccounts": match.not_service_accounts,
        "principals": match.principals, "notPrincipals": match.not_principals,
        "sourceIps": match.source_ips, "notSourceIps": match.not_source_ips,
        "destinationIps": match.destination_ips, "notDestinationIps": match.not_destination_ips,
        "destinationPorts": match.destination_ports,
        "notDestinationPorts": match.not_destination_ports,
    }  # fmt: skip
    return {name: list(values) for name, values in names.items() if values}


def policy_form(policy: ZtunnelPolicy) -> dict[str, Any]:
    source = policy.source
    written = isinstance(source, AuthorizationPolicy)
    form: dict[str, Any] = {
        "source": f"AuthorizationPolicy/{policy.key_name}" if written else "Unknown//",
        "namespace": policy.namespace,
        "name": policy.name,
        "scope": policy.scope.value,
        "action": policy.action,
        "groups": [
            [[match_form(match) for match in clause] for clause in group.clauses]
            for group in policy.groups
        ],
    }
    if policy.selector:
        form["selector"] = dict(policy.selector)
    said = acceptance(source) if isinstance(source, AuthorizationPolicy) else None
    if said is not None and said.reason != "Accepted":
        form["reason"] = said.reason
    return form


def policies(mesh: Mesh) -> dict[str, Any]:
    return {one.key_name: policy_form(one) for one in mesh.ambient.policies.all}


def policy_status(mesh: Mesh) -> dict[str, Any]:
    found = {}
    for policy in mesh.of(AuthorizationPolicy):
        said = acceptance(policy)
        if said is not None:
            message = [said.message] if said.reason != "Accepted" else []
            found[f"AuthorizationPolicy/{policy.key_name}"] = [said.accepted, said.reason, *message]
    return found


def chain_form(chain: Chain) -> dict[str, Any]:
    form: dict[str, Any] = {"kind": chain.kind}
    if chain.name == "direct-tcp":
        form["cluster"] = "encap"
    filters: list[dict[str, Any]] = []
    for one in chain.rbac:
        key = "shadowRules" if one.is_shadow else "rules"
        rules = {key: {"action": one.action, "policies": sorted(one.policies)}}
        filters.append({f"{chain.kind}_rbac": rules})
    if chain.has_authorizer:
        filters.insert(1, {"ext_authz": True})
    if chain.issuers:
        filters.insert(2 if chain.has_authorizer else 0, {"jwt": list(chain.issuers)})
    if filters:
        form["filters"] = filters
    return form


def chains(mesh: Mesh) -> dict[str, Any]:
    found = {}
    for workload in mesh.of(Workload):
        waypoint = mesh.ambient.waypoints.find_instance(workload)
        if waypoint is not None:
            name = f"{workload.name}.{workload.namespace}"
            found[name] = {one.name: chain_form(one) for one in mesh.ambient.chains(waypoint)}
    return found


def endpoints(mesh: Mesh, *, from_gateway: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service in mesh.ambient.api.services.values():
        for port in service.host.ports:
            name = service.host.host.removesuffix(".svc.cluster.local")
            rows = []
            for path in mesh.ambient.endpoints.of_port(service, port, from_gateway=from_gateway):
                end = path.end
                is_pod = isinstance(end, Workload)
                address = end.child("status").text("podIP") if is_pod else end.address
                if path.by_waypoint:
                    vip = service.addresses[0] if service.addresses else "0.0.0.0"  # noqa: S104 - what istiod writes
                    rows.append(f"{vip}:{path.port} HBONE waypoint {address}:15008")
                else:
                    rows.append(f"{address}:{path.port} {path.transport.value}")
            found[f"outbound|{port.number}||{name}"] = sorted(rows)
    return found


class Figures:
    def __init__(self) -> None:
        self.total: Counter[str] = Counter()
        self.agreed: Counter[str] = Counter()
        self.differences: list[str] = []

    def compare(
        self, figure: str, scenario: str, want: dict[str, Any], got: dict[str, Any]
    ) -> None:
        for key in want.keys() | got.keys():
            self.total[figure] += 1
            if want.get(key) == got.get(key):
                self.agreed[figure] += 1
            else:
                self.differences.append(
                    f"{scenario} {figure} {key}: istiod {want.get(key)}, model {got.get(key)}"
                )

    def lines(self) -> list[str]:
        return [f"{name}: {self.agreed[name]} of {count}" for name, count in self.total.items()]

    def shares(self) -> dict[str, float]:
        return {name: self.agreed[name] / count for name, count in self.total.items()}


def kept(want: dict[str, Any], got: dict[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
    """Drop what the recordings leave out: in these places, what says nothing."""
    return {
        key: one
        for key, one in got.items()
        if key in want or not key.removeprefix("Pod/").startswith(homes)
        or one["waypoint"] is not None or one.get("policies")
    }  # fmt: skip


def compare_all(figures: Figures, name: str, mesh: Mesh, truth: dict[str, Any]) -> None:
    want = truth["workloads"]
    figures.compare(
        "workloads", name, want, kept(want, workloads(mesh), ("side/", "istio-system/"))
    )
    want = truth["services"]
    found = {key: service_form(one) for key, one in mesh.ambient.api.services.items()}
    figures.compare("services", name, want, kept(want, found, ("side/", "istio-system/")))
    figures.compare("waypoints", name, truth["serviceConditions"], conditions(mesh))
    want = {
        f"{one['namespace']}/{one['name']}": {k: v for k, v in one.items() if k != "bound"}
        for one in truth["policies"]
    }
    figures.compare("policies", name, want, policies(mesh))
    figures.compare("policy status", name, truth["policyStatus"], policy_status(mesh))
    listeners = {pod: one["main_internal"] for pod, one in truth["waypoints"].items()}
    own = chains(mesh)
    for pod in listeners.keys() | own.keys():
        figures.compare(
            "waypoint chains", f"{name} {pod}", listeners.get(pod, {}), own.get(pod, {})
        )
    sidecar = truth["sidecar"]
    ingress = {**sidecar, **truth["ingress"]}  # what is equal for both is recorded once
    for figure, recorded in (("sidecars", sidecar), ("gateways", ingress)):
        got = endpoints(mesh, from_gateway=figure == "gateways")
        found = {key: rows for key, rows in got.items() if key in recorded}
        figures.compare(f"endpoints' tunnel for {figure}", name, rows_of(recorded), found)
    said = results(mesh, "side/cli-1")
    want = expected_results(sidecar, said)
    figures.compare("tls-check", name, want, {key: said[key] for key in want})


def results(mesh: Mesh, client: str) -> dict[str, str]:
    """What `tls-check` says of each Service port and pod."""
    found = {}
    workload = next(one for one in mesh.workloads if one.key_name == client)
    for connection in mesh.security.mtls.connections(mesh.security.mtls.client(workload)):
        upstream, server = connection.upstream, connection.server
        if server is not None:
            name = upstream.host.host.removesuffix(".svc.cluster.local")
            address = server.workload.child("status").text("podIP")
            key = f"outbound|{upstream.port.number}||{name} {address}:{server.port}"
            found[key] = connection.result.value
    return found


def expected_results(recorded: dict[str, list[str]], got: dict[str, str]) -> dict[str, str]:
    """What goes by HBONE or Istio's mutual TLS is that; the server may refuse what is plaintext."""
    want = {}
    for key, rows in rows_of(recorded).items():
        for row in rows:
            address, _, how = row.partition(" ")
            place = f"{key} {address}"
            if place in got and "waypoint" not in how:
                is_refused = how == "plaintext" and got[place] == "conflict"
                want[place] = "conflict" if is_refused else PLAIN.get(how, "mtls")
    return want


def rows_of(recorded: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        key: sorted(row for row in rows if not row.startswith("matches "))
        for key, rows in recorded.items()
    }


@needs_data
@pytest.mark.parametrize("file", ["ambient-s1.jsonl", "ambient-hand.jsonl"])
def test_ambient_mode_agrees_with_istiod(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures()
    for name, mesh, truth in scenarios(file):
        compare_all(figures, name, mesh, truth)
    with capsys.disabled():
        print("", file, *figures.lines(), sep="\n")  # noqa: T201 - the figures
    low = {
        name: share for name, share in figures.shares().items() if share < FLOORS.get(name, FLOOR)
    }
    assert {} == low, "\n".join(figures.differences[:60])
