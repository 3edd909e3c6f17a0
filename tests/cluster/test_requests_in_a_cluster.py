"""``trace``, ``test``, ``diff`` and ``diagnose`` ask a cluster, by an API server of ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from api_server import ApiServer
from typer.testing import CliRunner

from meshctl.cli.app import app
from meshctl.errors import MeshctlError

REQUEST = "http://cart.shop/"
TESTS = {
    "tests": [
        {
            "name": "carts are reached",
            "request": {"from": "till.shop", "url": REQUEST},
            "expect": {"arrives": True, "to": {"host": "cart"}},
        }
    ]
}


class Ended(NamedTuple):
    code: int
    out: str
    errors: str


Run = Callable[..., Ended]


def thing(api: str, kind: str, name: str, spec: Any = None, **metadata: Any) -> dict[str, Any]:
    home = {} if kind == "Namespace" else {"namespace": "shop"}
    data = {"apiVersion": api, "kind": kind, "metadata": {"name": name, **home, **metadata}}
    return data | ({"spec": spec} if spec is not None else {})


def deployment(name: str) -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "app", "image": "a"}]},
    }
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template}
    return thing("apps/v1", "Deployment", name, spec)


def routes(action: dict[str, Any]) -> dict[str, Any]:
    spec = {"hosts": ["cart"], "http": [action]}
    return thing("networking.istio.io/v1", "VirtualService", "cart", spec)


TO_CART = {"route": [{"destination": {"host": "cart"}}]}
TO_NOWHERE = {"route": [{"destination": {"host": "cart", "subset": "v9"}}]}


@pytest.fixture
def shop(api_server: ApiServer) -> ApiServer:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    for item in (
        thing("v1", "Namespace", "shop", labels={"istio-injection": "enabled"}),
        thing("v1", "Service", "cart", {"selector": {"app": "cart"}, "ports": ports}),
        deployment("cart"),
        deployment("till"),
        routes(TO_CART),
    ):
        api_server.add(item)
    return api_server


@pytest.fixture
def run(shop: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ended:
        result = CliRunner().invoke(app, [*arguments, "--kubeconfig", str(shop.kubeconfig)])
        assert isinstance(result.exception, MeshctlError | SystemExit | None), result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return call


def write(name: str, *objects: dict[str, Any]) -> str:
    Path(name).write_text(yaml.safe_dump_all(objects))
    return name


def test_a_request_is_followed_in_a_cluster(run: Run) -> None:
    ended = run("trace", REQUEST, "--from", "till.shop", "--cluster", "-o", "json")
    assert ended.code == 0, ended
    (one,) = json.loads(ended.out)["traces"]
    assert ("forwarded", "mtls") == (one["outcome"], one["tls"])
    decided = [each["location"]["file"] for hop in one["hops"] for each in hop["decided_by"]]
    assert decided[0].endswith("/virtualservices.networking.istio.io/shop/cart")


def test_files_over_the_cluster_change_the_way_of_a_request(run: Run) -> None:
    file = write("new.yaml", routes(TO_NOWHERE))
    ended = run("trace", REQUEST, file, "--from", "till.shop", "--cluster")
    assert ended.code == 1, ended
    assert ended.out.startswith("503 NC")


def test_expectations_are_checked_in_a_cluster(run: Run) -> None:
    tests = write("tests.yaml", TESTS)
    assert run("test", tests, "--cluster").code == 0
    broken = write("new.yaml", routes(TO_NOWHERE))
    assert run("test", tests, broken, "--cluster").code == 1


def test_files_are_compared_with_a_cluster(run: Run) -> None:
    same = run("diff", "cluster", write("same.yaml", routes(TO_CART)), "-o", "json")
    assert same.code == 0, same
    ended = run("diff", "cluster", write("new.yaml", routes(TO_NOWHERE)), "-o", "json")
    assert ended.code == 1, ended
    changed = json.loads(ended.out)["routes"]
    assert changed
    assert "no-cluster" in json.dumps(changed)


def test_causes_are_confirmed_in_a_cluster(run: Run) -> None:
    calm = run("diagnose", "503 NC", "--from", "till.shop", "--to", "cart.shop", "--cluster")
    assert calm.code == 0, calm
    run_on = write("new.yaml", routes(TO_NOWHERE))
    ended = run(
        "diagnose", "503 NC", run_on, "--from", "till.shop", "--to", "cart.shop", "--cluster"
    )
    assert ended.code == 1, ended
    assert "yes no DestinationRule has the subset" in ended.out
