"""What commands write as JSON is what the published schemas describe."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # noqa: TID253 - the second opinion on our own schemas
import pytest

from meshctl import __version__
from meshctl.cluster.istiod import IstiodAnswer
from meshctl.engine.analyze import load_mesh
from meshctl.inspect.describe import describe
from meshctl.inspect.injection.explanation import answer
from meshctl.inspect.proxies.sync import KnownProxies
from meshctl.inspect.proxies.versions import versions
from meshctl.inspect.routes.answer import answer as routes_of
from meshctl.inspect.tls.check import TlsCheck
from meshctl.mesh import Mesh
from meshctl.output.data import data_of
from meshctl.output.describe.write import description_form
from meshctl.output.proxies.versions import version_form
from meshctl.output.routes.form import answer_form
from meshctl.settings import Settings
from meshctl.sources.loader import load

ROOT = Path(__file__).parents[2]
BAKERY = ROOT / "tests/inspect/meshes/bakery.yaml"
OBJECTS = (
    ("pod", "oven-v1.bakery"), ("svc", "oven.bakery"), ("gw", "door.bakery"),
)  # fmt: skip


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return load_mesh(load([str(BAKERY)]), Settings())


def check(name: str, form: Any) -> None:
    schema = json.loads((ROOT / "schemas" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(form, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"stranger": 1}, schema)


@pytest.mark.parametrize(("kind", "name"), OBJECTS)
def test_descriptions(mesh: Mesh, kind: str, name: str) -> None:
    check("describe-v1.json", description_form(describe(mesh, kind, name, Settings())))


def test_rows_of_tls_check(mesh: Mesh) -> None:
    rows = data_of(list(TlsCheck(mesh).rows()))
    assert rows
    check("tls-check-v1.json", rows)


ROUTES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: tarts, namespace: bakery}
spec:
  hosts: [oven, tarts.example.org]
  gateways: [door, mesh]
  http:
  - name: moved
    match: [{uri: {exact: /old}, withoutHeaders: {x: {prefix: y}}, queryParams: {q: {exact: a}}}]
    redirect: {uri: /new, authority: moved.example.org, redirectCode: 308}
  - match: [{uri: {prefix: /full}, ignoreUriCase: true, headers: {h: {}}}]
    directResponse: {status: 503}
  - timeout: 2s
    retries: {attempts: 2, perTryTimeout: 1s, retryOn: "503,reset"}
    rewrite: {uri: /}
    mirror: {host: oven}
    mirrorPercentage: {value: 0.5}
    headers: {request: {set: {a: b}, add: {c: d}, remove: [e]}, response: {remove: [f]}}
    corsPolicy: {allowOrigins: [{exact: "https://example.org"}]}
    route: [{destination: {host: oven}, weight: 90}, {destination: {host: oven, subset: v2}, weight: 10}]
"""


@pytest.mark.parametrize(
    ("target", "client"),
    [
        (None, None), ("door.bakery", None), ("tarts.example.org", None), ("oven.bakery", None),
        ("oven.bakery", "oven-v1.bakery"),
    ],
)  # fmt: skip
def test_routes(tmp_path: Path, target: str | None, client: str | None) -> None:
    (tmp_path / "routes.yaml").write_text(ROUTES)
    mesh = load_mesh(load([str(BAKERY), str(tmp_path)]), Settings())
    check("routes-v1.json", answer_form(routes_of(mesh, target, "bakery", Settings(), client)))


def test_injection(mesh: Mesh) -> None:
    check("check-inject-v1.json", data_of(answer(mesh, None, "default", Settings())))


def test_versions() -> None:
    check("version-v1.json", version_form(versions(__version__)))
    silent = [IstiodAnswer("istiod-a", error="it took too long")]
    check("version-v1.json", version_form(versions(__version__, silent, KnownProxies([], silent))))
