"""What ``trace`` answers: outcome, flag, status, who decided, and the text and JSON of it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.errors import UsageError
from meshctl.inspect.trace.answer import Trace, form, trace
from meshctl.inspect.trace.requests import make_request, read_requests
from meshctl.mesh import Mesh
from meshctl.output.trace.schema import trace_schema
from meshctl.output.trace.text import write_trace
from meshctl.settings import Settings
from meshctl.sources.loader import load

MESH = """
apiVersion: v1
kind: Namespace
metadata: {name: depot, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: clerk, namespace: depot}
spec:
  template:
    metadata: {labels: {app: clerk}}
    spec: {containers: [{name: app}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: stock-one, namespace: depot}
spec:
  template:
    metadata: {labels: {app: stock, version: one}}
    spec: {containers: [{name: app}]}
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: depot}
spec:
  selector: {app: stock}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: depot}
spec:
  hosts: [stock]
  http:
    - name: moved
      match: [{uri: {exact: /old}}]
      redirect: {uri: /new}
    - name: lost
      match: [{headers: {team: {exact: a}}}]
      route: [{destination: {host: stock, subset: two}}]
    - name: rest
      route: [{destination: {host: stock}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: depot}
spec:
  selector: {istio: door}
  servers: [{port: {number: 80, name: web, protocol: HTTP}, hosts: [a.test]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: public, namespace: depot}
spec:
  hosts: [a.test]
  gateways: [door]
  http: [{match: [{uri: {prefix: /stock}}], route: [{destination: {host: stock}}]}]
"""
DENY = """
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: no-delete, namespace: depot}
spec: {action: DENY, rules: [{to: [{operation: {methods: [DELETE]}}]}]}
"""
STRICT = """
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: depot}
spec: {mtls: {mode: STRICT}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: stock, namespace: depot}
spec: {host: stock, trafficPolicy: {tls: {mode: DISABLE}}}
"""


def read(tmp_path: Path, text: str) -> Mesh:
    (tmp_path / "mesh.yaml").write_text(text)
    return load_mesh(load([str(tmp_path)]), Settings())


def ask(mesh: Mesh, url: str, client: str = "clerk.depot", **other: Any) -> Trace:
    return trace(mesh, make_request(url, client, **other), "default")


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("http://stock/", {}, ("forwarded", None, None, "mtls")),
        ("http://stock/old", {}, ("redirect", None, 301, None)),
        ("http://stock/", {"headers": {"Team": "a"}}, ("no-cluster", "NC", 503, "no-endpoint")),
        ("http://stock/", {"method": "DELETE"}, ("denied", None, 403, "mtls")),
        ("http://stok/", {}, ("unknown-host", None, None, None)),
        ("http://a.test/stock", {"client": "outside"}, ("forwarded", None, None, "mtls")),
        ("http://a.test/", {"client": "outside"}, ("no-route", "NR", 404, None)),
        ("http://b.test/", {"client": "gateway/door.depot"}, ("no-route", "NR", 404, None)),
        ("http://elsewhere.test/", {}, ("forwarded", None, None, "plaintext")),
    ],
)
def test_outcomes(tmp_path, url, other, expected) -> None:
    found = ask(read(tmp_path, MESH + DENY), url, **other)
    assert expected == (found.outcome, found.flag, found.status, found.tls)


def test_tls_that_does_not_fit(tmp_path) -> None:
    found = ask(read(tmp_path, MESH + STRICT), "http://stock/")
    assert ("tls-conflict", "UC", 503, "conflict") == (
        found.outcome, found.flag, found.status, found.tls,
    )  # fmt: skip
    decided = {one.resource.title for hop in found.hops for one in hop.decided_by}
    assert {"DestinationRule depot/stock", "PeerAuthentication depot/default"} <= decided


def test_a_refusal_names_its_rule_and_line(tmp_path) -> None:
    found = ask(read(tmp_path, MESH + DENY), "http://stock/", method="DELETE")
    assert found.authorization is not None
    assert ("deny", "depot/no-delete", 0) == (
        found.authorization.decision, found.authorization.policy, found.authorization.rule,
    )  # fmt: skip
    assert not found.can_arrive
    assert "403 by AuthorizationPolicy depot/no-delete, rule 0" in found.summary


def test_routes_that_do_not_take_it_are_named(tmp_path) -> None:
    found = ask(read(tmp_path, MESH), "http://stock/x")
    texts = [one.message for one in found.hops[0].considered]
    assert ["the path /x is not exact '/old'", "the request has no header team"] == texts


def test_text_and_json(tmp_path) -> None:
    import jsonschema  # slow to import

    mesh = read(tmp_path, MESH + DENY)
    traces = [ask(mesh, url) for url in ("http://stock/", "http://stock/old", "http://no.test/")]
    data = {"version": 1, "traces": [form(one) for one in traces]}
    jsonschema.validate(json.loads(json.dumps(data)), trace_schema())
    out = io.StringIO()
    write_trace(traces[0], out)
    first = out.getvalue().splitlines()[0]
    assert "200 possible: stock.depot.svc.cluster.local:80 over mTLS" == first


@pytest.mark.parametrize(
    ("url", "problem"),
    [("ftp://a", "scheme"), ("http://", "no host"), ("tcp://a", "no port"), ("http://a:x", "URL")],
)
def test_urls_that_make_no_sense(url, problem) -> None:
    with pytest.raises(UsageError, match=problem):
        make_request(url, "clerk")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[]]", r":1:2: 0: this is a list, but a mapping is taken"),
        ("- from: a", r":1:3: 0: url is missing"),
        (
            "- {from: a, url: b, verb: GET}",
            r':1:21: 0\.verb: there is no field "verb" here; there are',
        ),
        ("- {from: a, url: b, headers: []}", r":1:21: 0\.headers: this is a list"),
        ("- {from: a, url: b, headers: {x: [1]}}", r":1:31: 0\.headers\.x: this is a list"),
        ("- {from: a, url: b, method: 5}", r":1:29: 0\.method: this is 5, but text is taken"),
        ("- {from: a, url: b}\n- {from: [], url: 5}", r":2:4: 1\.from: .*2 mistakes in all"),
        ("- {from: a, url: 'ftp://b'}", r":1:18: .* has the scheme 'ftp'"),
        ("requests: 5", r":1:11: requests: this is 5, but a list is taken"),
        ("{}", r"requests is missing"),
        ("", r"this is null, but a list is taken"),
        ("5", r":1:1: this is 5, but a list is taken"),
        ("- {from: a, from: b, url: c}", r":1:13: key `from` is already on line 1"),
        ("- {from: a", r"requests\.yaml:\d+:\d+: "),
    ],
)
def test_files_of_requests_that_make_no_sense(tmp_path, text, problem) -> None:
    file = tmp_path / "requests.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=problem):
        read_requests(str(file))


@pytest.mark.parametrize("prefix", ["", "requests:\n"])
def test_a_file_of_requests(tmp_path, prefix: str) -> None:
    file = tmp_path / "requests.yaml"
    file.write_text(prefix + "- {id: one, from: a, url: b/c, headers: {x: 1, z: true}, claims: }\n")
    [only] = read_requests(str(file))
    assert ("one", "http://b/c", {"x": "1", "z": "true"}) == (only.id, only.url, only.headers)


def test_a_client_that_is_not_there(tmp_path) -> None:
    with pytest.raises(UsageError, match=r"did you mean clerk\.depot"):
        ask(read(tmp_path, MESH), "http://stock/", "clrk")


GATEWAYS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: nobody, namespace: a-front}
spec:
  selector: {app: nobody}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [www.example.com]}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: front}
spec:
  selector: {app: door}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [www.example.com]}]
---
apiVersion: v1
kind: Pod
metadata: {name: door, namespace: front, labels: {app: door}}
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
"""


def test_a_gateway_that_runs_comes_before_one_that_no_selector_finds(tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text(GATEWAYS)
    mesh = load_mesh(load([str(tmp_path)]), Settings())
    for host in ("www.example.com", "other.example.com"):
        found = trace(mesh, make_request(f"http://{host}/", "outside"), "default")
        assert "front/door" == found.hops[0].workload


def test_a_port_that_the_service_lacks_is_a_connection_to_its_address(tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text(MESH)
    mesh = load_mesh(load([str(tmp_path)]), Settings())
    found = trace(mesh, make_request("http://stock:9999/", "clerk.depot"), "default")
    assert ("unreachable", "UF") == (found.outcome, found.flag)
    assert "the address of a Service itself, which has no such port" in found.summary
