"""Services that istiod makes for Gateways of the Gateway API."""

import pytest

from meshctl.mesh import Mesh
from meshctl.resources import Service
from tests.mesh.gateway_api_meshes import gateway, mesh_of

_LISTENERS = "{name: web, port: 80, protocol: HTTP}, {name: raw, port: 9000, protocol: TCP}"


def made(mesh: Mesh) -> list[tuple[str, list[tuple[int, str]]]]:
    written = mesh.of(Service)
    return [
        (host.host, [(port.number, str(port.protocol)) for port in host.ports])
        for host in mesh.registry
        if host.source not in written
    ]


def test_a_gateway_gets_a_service_with_the_ports_of_its_listeners() -> None:
    mesh = mesh_of(gateway(_LISTENERS))
    ports = [(15021, "TCP"), (80, "HTTP"), (9000, "TCP")]
    assert made(mesh) == [("door-istio.kettle.svc.cluster.local", ports)]


@pytest.mark.parametrize(
    ("class_name", "name"),
    [("istio-waypoint", "door"), ("istio-east-west", "door"), ("istio-remote", ""), ("other", "")],
)
def test_the_class_says_whether_and_how_it_is_called(class_name: str, name: str) -> None:
    text = gateway(_LISTENERS).replace("gatewayClassName: istio", f"gatewayClassName: {class_name}")
    assert [host.partition(".")[0] for host, _ in made(mesh_of(text))] == [name] * bool(name)


def test_what_is_there_is_not_made_again() -> None:
    there = "---\napiVersion: v1\nkind: Service\nmetadata: {name: door-istio, namespace: kettle}\n"
    assert made(mesh_of(gateway(_LISTENERS) + there)) == []


def test_an_address_that_names_a_service_leaves_it_to_others() -> None:
    extra = ", addresses: [{type: Hostname, value: front.kettle.svc.cluster.local}]"
    assert made(mesh_of(gateway(_LISTENERS, extra=extra))) == []


def test_a_service_that_istiod_makes_says_nothing_of_those_that_people_write() -> None:
    mesh = mesh_of(gateway(_LISTENERS), is_whole=False)
    assert not mesh.knows.all_of("Service", "kettle")
