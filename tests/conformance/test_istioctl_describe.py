"""Does ``describe`` say what ``istioctl x describe`` of 1.31 said about a recorded cluster?

Every line of istioctl is compared but the address of the entrance: where the load balancer has
none, istioctl prints the address of the node that runs the gateway's pod.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.describe import describe
from meshctl.mesh import Mesh
from meshctl.output.describe.write import description_form
from meshctl.settings import Settings
from meshctl.sources.loader import load

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/cluster"

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of a cluster are not in {DATA}: nothing was compared"
)


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return load_mesh(load([str(DATA / "api")]), Settings(whole_mesh=True))


def recorded(name: str) -> tuple[list[str], list[str]]:
    """The arguments of istioctl, and the lines of its answer."""
    text = (DATA / "istioctl" / f"{name}.txt").read_text(encoding="utf-8")
    command = text.splitlines()[0].split()
    answer = text.partition("[stdout]\n")[2].partition("[stderr]")[0]
    lines = [line.strip() for line in answer.splitlines()]
    kept = [one for one in lines if one.strip("-") and not one.startswith("Exposed on")]
    return command[command.index("describe") + 1 :], kept


def in_words_of_istioctl(form: dict[str, Any]) -> Iterator[str]:
    if "pod" in form:
        yield f"Pod: {form['pod']['name']}"
        yield f"Pod Revision: {form['revision']}"
        ports = ", ".join(f"{one['number']} ({one['container']})" for one in form["ports"])
        yield f"Pod Ports: {ports}"
        workload = f"{form['controller']['namespace']}/{form['controller']['name']}"
        services = form["services"]
    else:
        workload, services = "", [form["service"]]
    for service in services:
        yield from service_lines(service, workload)
    if "pod" in form:
        yield "Effective PeerAuthentication:"
        yield f"Workload mTLS mode: {form['peer_authentication']['mode']}"
    for service in services:
        for one in service["exposed"]:
            names = {route["virtual_service"]["name"] for route in one["routes"]}
            yield f"VirtualService: {', '.join(names)}"
            yield ", ".join(f"Match: {path(route['match'])}" for route in one["routes"])


def service_lines(service: dict[str, Any], workload: str) -> Iterator[str]:
    yield f"Service: {service['name']}"
    for port in service["ports"]:
        target = ", ".join(map(str, port["pod_ports"]))
        number = f"{port['number']}/{port['protocol']}"
        yield f"Port: {port['name']} {number} targets pod port {target}"
    rule = service["destination_rule"]
    yield f'DestinationRule: {rule["objects"][0]["name"]} for "{rule["host"].partition(".")[0]}"'
    matching, others = [], []
    for subset in rule["subsets"]:
        members = subset["workloads"]
        fits = workload in members if workload else bool(members)
        (matching if fits else others).append(subset["name"])
    yield f"Matching subsets: {','.join(matching)}"
    if others:
        yield f"(Non-matching subsets {','.join(others)})"
    if not rule["policy"]:
        yield "No Traffic Policy"


def path(match: str) -> str:
    kind, _, text = match.partition(" ")
    return text.strip("'") + ("*" if kind == "prefix" else "")


@needs_data
@pytest.mark.parametrize("name", ["describe-pod", "describe-pod-reviews", "describe-svc"])
def test_every_line_of_istioctl(mesh: Mesh, name: str) -> None:
    (kind, target), lines = recorded(name)
    answer = description_form(describe(mesh, kind, target, Settings(whole_mesh=True)))
    assert lines == list(in_words_of_istioctl(answer))
