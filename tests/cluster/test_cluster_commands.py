"""Commands with ``--cluster`` against an API server: what they say, and how they end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from api_server import ApiServer
from faults import HalfJson, Says, Slow
from typer.testing import CliRunner

from meshctl.cli.app import app
from meshctl.cluster.api import ClusterError
from meshctl.errors import MeshctlError, UsageError

ISTIO = "networking.istio.io/v1"
LOST = "virtual-service/destination-host-not-found"
ONLY_LOST = ("--select", LOST)


class Ended(NamedTuple):
    code: int
    out: str
    errors: str
    failure: BaseException | None


Run = Callable[..., Ended]


@pytest.fixture
def run(api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(command: str, *arguments: str) -> Ended:
        access = ["--cluster", "--kubeconfig", str(api_server.kubeconfig)]
        result = CliRunner().invoke(app, [command, *arguments, *access])
        expected = isinstance(result.exception, MeshctlError | SystemExit | None)
        assert expected, result.exception
        return Ended(result.exit_code, result.stdout, result.stderr, result.exception)

    return call


def thing(api: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    namespace = {} if kind in {"Namespace", "CustomResourceDefinition"} else {"namespace": "shop"}
    metadata = {"name": name, **namespace, **more.pop("metadata", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def workload(name: str, inject: str = "true") -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": name, "sidecar.istio.io/inject": inject}},
        "spec": {"containers": [{"name": "main", "image": "a"}]},
    }
    selector = {"matchLabels": {"app": name}}
    spec = {"selector": selector, "template": template}
    return thing("apps/v1", "Deployment", name, spec=spec)


def routes_to(host: str) -> dict[str, Any]:
    route = [{"route": [{"destination": {"host": host}}]}]
    return thing(ISTIO, "VirtualService", "cart", spec={"hosts": ["cart"], "http": route})


def policy(mode: str) -> dict[str, Any]:
    spec = {"mtls": {"mode": mode}}
    return thing("security.istio.io/v1", "PeerAuthentication", "default", spec=spec)


@pytest.fixture
def shop(api_server: ApiServer) -> ApiServer:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    labels = {"labels": {"istio-injection": "enabled"}}
    for item in (
        thing("v1", "Namespace", "shop", metadata=labels),
        thing("v1", "Service", "cart", spec={"selector": {"app": "cart"}, "ports": ports}),
        workload("cart"),
        workload("batch", "false"),
        routes_to("lost"),
    ):
        api_server.add(item)
    return api_server


def write(name: str, *objects: dict[str, Any]) -> str:
    Path(name).write_text(yaml.safe_dump_all(objects))
    return name


def found(ended: Ended) -> list[str]:
    return [finding["rule"] for finding in json.loads(ended.out)["findings"]]


def test_without_paths_the_cluster_alone_is_analysed(shop: ApiServer, run: Run) -> None:
    write("here.yaml", thing(ISTIO, "VirtualService", "here", spec={}))
    ended = run("analyze", "-o", "json", *ONLY_LOST)
    assert (1, [LOST], "") == (ended.code, found(ended), ended.errors)
    place = json.loads(ended.out)["findings"][0]["location"]
    assert place["file"].endswith("/virtualservices.networking.istio.io/shop/cart")


def test_every_format_takes_places_in_a_cluster(shop: ApiServer, run: Run) -> None:
    for name in ("text", "sarif", "github", "gitlab", "junit", "markdown", "yaml"):
        assert (1, True) == (run("analyze", "-o", name, *ONLY_LOST).code, True)


def test_files_are_laid_over_the_cluster(shop: ApiServer, run: Run) -> None:
    ended = run("analyze", write("new.yaml", routes_to("cart")), "-o", "json", *ONLY_LOST)
    assert (0, []) == (ended.code, found(ended))


def test_a_file_without_a_namespace_says_where_it_goes(shop: ApiServer, run: Run) -> None:
    config = shop.write_kubeconfig("homed", namespace="shop")
    item = routes_to("cart")
    del item["metadata"]["namespace"]
    file = write("new.yaml", item)
    shop.kubeconfig = config
    ended = run("analyze", file, *ONLY_LOST)
    assert (
        "objects that name no namespace count as those of default, while the context has shop; "
        "--default-namespace says which one is meant\n"
    ) == ended.errors
    assert "" == run("analyze", file, "--default-namespace", "shop", *ONLY_LOST).errors
    assert "" == run("analyze", write("full.yaml", routes_to("cart")), *ONLY_LOST).errors


def test_the_difference_counts_what_files_remove(shop: ApiServer, run: Run) -> None:
    file = write("new.yaml", routes_to("cart"), thing(ISTIO, "VirtualService", "b", spec={
        "hosts": ["b"], "http": [{"route": [{"destination": {"host": "gone"}}]}]}))  # fmt: skip
    ended = run("analyze", "--diff", file, "-o", "json", *ONLY_LOST)
    assert (1, [LOST]) == (ended.code, found(ended))
    assert "the files would add 1 finding and remove 1\n" == ended.errors


def test_files_that_change_no_connection_say_so(shop: ApiServer, run: Run) -> None:
    ended = run("tls-check", write("same.yaml", routes_to("cart")))
    assert (0, "The files change nothing about that.\n") == (ended.code, ended.out)


@pytest.mark.parametrize("arguments", [("--diff",), ("--diff", "--part-of-mesh")], ids=str)
def test_a_difference_needs_files(run: Run, arguments: tuple[str, ...]) -> None:
    assert isinstance(run("analyze", *arguments).failure, UsageError)


def test_a_refused_kind_is_said_and_is_no_failure(shop: ApiServer, run: Run) -> None:
    shop.deny("list", "services")
    ended = run("analyze", "-o", "json", *ONLY_LOST)
    assert (0, []) == (ended.code, found(ended))
    [line] = ended.errors.splitlines()
    assert line.startswith("not every Service was read: ")
    assert LOST in {item["rule"] for item in json.loads(ended.out)["not_checked"]}


def test_one_namespace_is_read_where_the_others_are_refused(shop: ApiServer, run: Run) -> None:
    shop.add(thing("v1", "Service", "other", metadata={"namespace": "b"}, spec={}))
    shop.is_denied = lambda _verb, _plural, namespace, _user: namespace != "shop"
    ended = run("analyze", "-n", "shop", "-o", "json", *ONLY_LOST)
    assert (1, [LOST]) == (ended.code, found(ended))
    assert "of 36 kinds (Pod, Service, Namespace and 33 more); Pod: only those of" in ended.errors


def test_nothing_at_all_is_a_failure(shop: ApiServer, run: Run) -> None:
    shop.deny("list", "*")
    failure = run("analyze").failure
    assert isinstance(failure, ClusterError)
    assert "shows nothing of the mesh" in str(failure)


def test_names_of_secrets_are_read_and_nothing_in_them(shop: ApiServer, run: Run) -> None:
    def server(number: int, secret: str) -> dict[str, Any]:
        port = {"number": number, "name": f"https-{number}", "protocol": "HTTPS"}
        tls = {"mode": "SIMPLE", "credentialName": secret}
        return {"port": port, "hosts": [f"{secret}.test"], "tls": tls}

    servers = [server(443, "here"), server(444, "nowhere")]
    shop.add(workload("entry"))
    shop.add(thing("v1", "Secret", "here", data={"tls.key": "a2V5"}))
    shop.add(
        thing(ISTIO, "Gateway", "web", spec={"selector": {"app": "entry"}, "servers": servers})
    )
    ended = run("analyze", "-o", "json", "--select", "gateway/credential-not-found")
    [finding] = json.loads(ended.out)["findings"]
    assert "there is no Secret 'nowhere' in shop" in finding["message"]
    [asked] = [item for item in shop.seen if item.path.endswith("/secrets")]
    assert asked.headers["accept"].startswith("application/json;as=PartialObjectMetadataList")


@pytest.mark.parametrize(
    "fault", [HalfJson(), Says(500), Slow(6)], ids=["half a body", "500", "slow"]
)
def test_a_kind_that_breaks_leaves_the_others(shop: ApiServer, run: Run, fault: Any) -> None:
    shop.fail("/api/v1/services", fault, times=5)
    ended = run("analyze", "-o", "json", "--timeout", "2.5", *ONLY_LOST)
    assert (0, []) == (ended.code, found(ended))
    assert ["not every Service was read"] == [
        line.partition(":")[0] for line in ended.errors.splitlines()
    ]


def test_tls_check_asks_the_cluster(shop: ApiServer, run: Run) -> None:
    shop.add(policy("STRICT"))
    ended = run("tls-check", "batch.shop", "cart:80", "-o", "json")
    [row] = json.loads(ended.out)
    assert (1, "conflict") == (ended.code, row["result"])
    assert [None] == [item["location"] for item in row["decided_by"]]
    shown = run("tls-check", "batch.shop", "cart:80").out
    assert "server: PeerAuthentication shop/default in the cluster, spec.mtls.mode" in shown


def test_tls_check_shows_what_files_would_change(shop: ApiServer, run: Run) -> None:
    file = write("strict.yaml", policy("STRICT"))
    ended = run("tls-check", file, "-o", "json")
    outcomes = {
        load["after"]["client"]: (load["before"]["result"], load["after"]["result"])
        for load in json.loads(ended.out)
    }
    assert 1 == ended.code
    expected = {"shop/batch": ("plaintext", "conflict"), "shop/cart": ("mtls", "mtls")}
    assert expected == outcomes
    table = run("tls-check", file, "--only", "conflict").out
    assert "plaintext (plaintext to permissive)   conflict (plaintext to strict)" in table
    assert "server: PeerAuthentication shop/default, strict.yaml:8" in table


def test_routes_asks_the_cluster(shop: ApiServer, run: Run) -> None:
    assert 0 == run("routes", "cart.shop.svc.cluster.local").code


def crd() -> dict[str, Any]:
    spec = {"type": "object", "properties": {"host": {"type": "string", "maxLength": 3}}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    return thing(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition",
        "destinationrules.networking.istio.io",
        spec={
            "group": "networking.istio.io", "names": {"kind": "DestinationRule"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    )  # fmt: skip


def test_validate_judges_by_the_crds_of_the_cluster(shop: ApiServer, run: Run) -> None:
    rule = thing(ISTIO, "DestinationRule", "cart", spec={"host": "cart"})
    shop.add(crd())
    of_file = run("validate", write("rule.yaml", rule), "-o", "json")
    shop.add(rule)
    of_cluster = run("validate", "-o", "json")
    assert (1, ["schema/out-of-bounds"]) == (of_file.code, found(of_file))
    assert "schema/out-of-bounds" in found(of_cluster)


def test_validate_says_where_there_are_no_crds_and_goes_on(shop: ApiServer, run: Run) -> None:
    wrong = thing(ISTIO, "DestinationRule", "cart", spec={"host": 3})
    told = run("validate", write("rule.yaml", wrong), "-o", "json")
    assert (1, ["schema/wrong-type"]) == (told.code, found(told))
    assert "has no CRDs of Istio; objects are judged by those of Istio 1.31" in told.errors


def test_a_namespace_with_nothing_in_it_is_told(shop: ApiServer, run: Run) -> None:
    for words in (("analyze",), ("tls-check",), ("check-inject",)):
        assert "nothing in the input is in namespace 'shopp'; there are shop" in run(
            *words, "-n", "shopp"
        ).errors  # fmt: skip
    assert "nothing in the input" not in run("analyze", "-n", "shop").errors
