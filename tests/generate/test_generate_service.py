"""Objects made of values are accepted, silent, and do in the mesh what the values say."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from random_values import HTTP, surroundings, text_of, values

from meshctl.engine.analyze import analyze, load_mesh
from meshctl.generate.service.objects import service_objects
from meshctl.generate.service.values import (
    ServiceValues,
    ValuesError,
    mistakes,
    parse_values,
    read_values,
    values_of,
)
from meshctl.inspect.trace.answer import Trace, trace
from meshctl.inspect.trace.requests import make_request
from meshctl.mesh import Mesh
from meshctl.output.generate.manifests import write_objects
from meshctl.settings import Settings
from meshctl.sources.loader import load

RANDOM = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def made(some: dict[str, Any]) -> list[dict[str, Any]]:
    return service_objects(values_of(some, "shop"))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made") / "made.yaml"


def found_in(file: Path, objects: list[dict[str, Any]], *, is_whole: bool) -> list[str]:
    file.write_text(text_of(objects))
    report = analyze([str(file)], Settings(whole_mesh=is_whole))
    return [f"{one.rule}: {one.message}" for one in report.findings]


@RANDOM
@given(some=values())
def test_what_is_made_is_silent_alone(file: Path, some: dict[str, Any]) -> None:
    assume(not mistakes(some))
    assert [] == found_in(file, made(some), is_whole=False)


@RANDOM
@given(some=values())
def test_what_is_made_is_silent_in_the_whole_mesh(file: Path, some: dict[str, Any]) -> None:
    assume(not mistakes(some))
    assert [] == found_in(file, [*made(some), *surroundings(some)], is_whole=True)


def mesh_of(file: Path, some: dict[str, Any]) -> Mesh:
    file.write_text(text_of([*made(some), *surroundings(some)]))
    return load_mesh(load([str(file)]), Settings(whole_mesh=True))


def sent(mesh: Mesh, url: str, client: str, **headers: str) -> Trace:
    return trace(mesh, make_request(url, client, headers=headers), "shop")


@RANDOM
@given(some=values())
def test_calls_go_as_the_values_say(file: Path, some: dict[str, Any]) -> None:
    assume(not mistakes(some))
    mesh, known = mesh_of(file, some), values_of(some, "shop")
    for port in known.ports:
        scheme = "http" if port.is_http else "tcp" if port.protocol == "tcp" else "https"
        url = f"{scheme}://{known.name}.shop.svc.cluster.local:{port.number}/"
        for client in ("front.web", "batch.ops"):
            one = sent(mesh, url, client)
            assert one.can_arrive is may_call(known, client), (url, client, one.summary)
            wanted = tls_of(known, client, is_encrypted=scheme == "https")
            assert not one.can_arrive or one.tls == wanted, one.summary
    if known.gateway is not None:
        path = (*known.gateway.get("paths", ()), "/")[0]
        for url in (path, f"{path}/x".replace("//", "/")):
            one = sent(mesh, f"http://shop.example.com{url}", "gateway/public.edge")
            assert one.can_arrive, one.summary
        if "paths" in known.gateway:
            one = sent(mesh, "http://shop.example.com/other", "gateway/public.edge")
            assert "no-route" == one.outcome


def may_call(known: ServiceValues, client: str) -> bool:
    name, _, home = client.partition(".")
    return not known.allowed_callers or not {f"{home}/{name}", f"{home}/*"}.isdisjoint(
        known.allowed_callers
    )


def tls_of(known: ServiceValues, client: str, *, is_encrypted: bool) -> str:
    in_mesh = known.clients == "all" or (known.clients == "some" and client.endswith(".web"))
    encrypts = known.server_in_mesh and known.mtls != "DISABLE"
    return "mtls" if in_mesh and encrypts else "tls" if is_encrypted else "plaintext"


def test_a_canary_gets_the_requests_that_ask_for_it(file: Path) -> None:
    canary = {"stable": "v1", "version": "v2", "cookie": {"name": "trial", "value": "yes"}}
    some = {"name": "cart", "ports": [{"port": 80, "protocol": "http"}], "canary": canary}
    mesh = mesh_of(file, some)
    subsets = [
        [one.subset for one in sent(mesh, "http://cart.shop/", "front.web", **headers).destinations]
        for headers in ({}, {"cookie": "a=b; trial=yes; c=d"}, {"cookie": "trial=yesterday"})
    ]
    assert [["stable"], ["canary"], ["stable"]] == subsets


@pytest.mark.parametrize(
    ("server", "clients", "kinds", "modes"),
    [
        (True, "all", ["DestinationRule", "PeerAuthentication"], ["ISTIO_MUTUAL", "STRICT"]),
        (False, "all", ["DestinationRule"], ["DISABLE"]),
        (True, "none", ["PeerAuthentication"], ["PERMISSIVE"]),
        (False, "none", [], []),
    ],
)
def test_the_four_patterns_of_authentication(server, clients, kinds, modes) -> None:
    objects = made({
        "name": "cart", "ports": [{"port": 80, "protocol": "http"}],
        "inMesh": {"server": server, "clients": clients},
    })  # fmt: skip
    specs = [one["spec"] for one in objects[1:]]
    written = [one.get("mtls") or one["trafficPolicy"]["tls"] for one in specs]
    assert (["Service", *kinds], modes) == (
        [one["kind"] for one in objects], [one["mode"] for one in written],
    )  # fmt: skip


BASE = "name: cart\nports:\n- {port: 80, protocol: http}\n- {port: 443, protocol: tls}\n"
NO_HTTP = "name: cart\nports:\n- {port: 443, protocol: tcp}\n"
GATEWAY = "gateway: {name: a, namespace: b, host: a.example.com"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("name: Cart\nports: []\n", "1:7", "does not match the pattern"),
        (BASE + "timeot: 5s\n", "5:1", "did you mean timeout?"),
        (BASE + "timeout: 5\n", "5:10", "put it in quotes"),
        (BASE.replace("443", "80"), "4:10", "port 80 is in the list twice"),
        (BASE.replace("80", "15021"), "3:10", "15021 is the sidecar's own"),
        (BASE.replace("80", "5432"), "3:26", "it is that of PostgreSQL"),
        (
            BASE.replace("443,", "443, targetPort: 80,"),
            "4:41", "tls leads to container port 80, as http does above",
        ),
        (BASE + "retries: {attempts: 0, perTryTimeout: 1s}\n", "5:39", "nothing is tried again"),
        (BASE + "inMesh: {server: false}\nmtls: STRICT\n", "6:1", "can't enforce it"),
        (BASE + "inMesh: {server: false}\nallowedCallers: [a/b]\n", "6:1", "can't enforce it"),
        (BASE + "mtls: STRICT\ninMesh: {clients: some}\n", "5:1", "take PERMISSIVE"),
        (BASE + "allowedCallers: [a/b]\ninMesh: {clients: some}\n", "5:1", "have no identity"),
        (BASE + "allowedCallers: [a/b]\nmtls: DISABLE\n", "5:1", "without an identity"),
        (BASE + "timeout: 1s\ninMesh: {clients: none}\n", "5:1", "no proxy carries it out"),
        (NO_HTTP + "timeout: 1s\n", "4:1", "needs a port of http"),
        (NO_HTTP + GATEWAY + "}\n", "4:1", "needs a port of http"),
        (BASE + GATEWAY + ", port: 443}\n", "5:61", "443 is no port of HTTP here; there are 80"),
        (BASE + GATEWAY + "}\nallowedCallers: [a/b]\n", "5:1", "write its serviceAccount"),
        (BASE + GATEWAY + ", serviceAccountNamespace: b}\n", "5:80", "without serviceAccount"),
        (BASE + GATEWAY + ", paths: [/a, /a/b]}\n", "5:67", "'/a/b' is below '/a'"),
        (BASE + "canary: {stable: v1, version: v1, weight: 1}\n", "5:31", "it is stable, too"),
        (BASE + "canary: {stable: v1, version: v2, weight: 1}\n", "4:25", "can't be split"),
        (BASE + "canary: {stable: v1, version: v2}\n", "5:1", "one of weight, header, cookie"),
        (
            NO_HTTP + "canary: {stable: a, version: b, header: {name: x, value: on_}}\n",
            "4:1", "header and cookie need a port",
        ),
        (
            BASE + "timeout: 2s\nretries: {attempts: 1, perTryTimeout: 1500ms}\n",
            "6:39", "2 tries of 1500ms don't fit into the timeout of 2s",
        ),
        ("name: a\nname: b\n", "2", "already on line 1"),
        ("name: [\n", "1", "a value is missing"),
        ("", "1:1", "a mapping is taken"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(ValuesError) as caught:
        parse_values(text, "values.yaml", "shop")
    first = caught.value.places[0]
    assert first.startswith(f"values.yaml:{place}:"), first
    assert message in first


def test_null_counts_as_not_written() -> None:
    plain = parse_values(BASE, "v", "shop")
    assert plain == parse_values(BASE + "timeout: null\ngateway: null\n", "v", "shop")


def test_values_are_read_from_a_file_in_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(BASE)
    assert "shop" == read_values(str(file), "shop").namespace
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Exception, match="is no text in UTF-8"):
        read_values(str(file), "shop")


def test_what_is_written_is_read_again(file: Path) -> None:
    objects = service_objects(parse_values(BASE, "v", "shop"))
    out = io.StringIO()
    write_objects(objects, out)
    assert objects == list(yaml.safe_load_all(out.getvalue()))
    assert {"http"} <= set(HTTP)


def test_the_example_is_silent(file: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "service-values.yaml"
    some = yaml.safe_load(example.read_text())
    assert [] == found_in(file, [*made(some), *surroundings(some)[:4]], is_whole=False)
