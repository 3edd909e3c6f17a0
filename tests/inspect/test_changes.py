"""What ``diff`` answers: only what behaves differently, with requests that show it."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.analyze import load_mesh
from meshctl.errors import InputError
from meshctl.inspect.changes import answer
from meshctl.inspect.changes.changed_objects import ChangedObject
from meshctl.inspect.changes.comparison import Comparison, Side, compare
from meshctl.inspect.changes.questions import questions
from meshctl.mesh.request_path.behaviour import behaviour
from meshctl.output.changes.schema import diff_schema
from meshctl.output.changes.write import write_comparison
from meshctl.resources import AuthorizationPolicy
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.git_revision import load_revision
from meshctl.sources.loader import Loaded
from meshctl.yaml.reader import parse_one
from tests.engine.test_growth import MOST, calls, exponent

NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: depot, labels: {istio-injection: enabled}}
"""
CLERK = """
apiVersion: v1
kind: Pod
metadata: {name: clerk, namespace: depot, labels: {app: clerk}}
spec: {containers: [{name: app}]}
"""
STOCK = """
apiVersion: v1
kind: Pod
metadata: {name: stock, namespace: depot, labels: {app: stock, version: one}}
spec: {containers: [{name: app}]}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: depot}
spec: {selector: {app: stock}, ports: [{name: http, port: 80}]}
"""
BASE = (NAMESPACE, CLERK, STOCK, SERVICE)
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: depot}
spec:
  hosts: [stock]
  http:
    - match: [{uri: {prefix: %s}}]
      route: [{destination: {host: stock%s}}]
    - directResponse: {status: 404}
"""
SUBSET = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: stock, namespace: depot}
spec: {host: stock, subsets: [{name: one, labels: {version: one}}]}
"""
DENY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: no-delete, namespace: depot}
spec: {action: DENY, rules: [{to: [{operation: {methods: [%s]}}]}]}
"""
STRICT = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: depot}
spec: {mtls: {mode: %s}}
"""
PLAIN = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: stock, namespace: depot}
spec: {host: stock, trafficPolicy: {tls: {mode: DISABLE}}}
"""
BACKEND = """
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: stock, namespace: depot}
spec:
  targetRefs: [{group: "", kind: Service, name: stock, sectionName: http}]
  validation: {hostname: stock.example.com, wellKnownCACertificates: System}
"""
DOOR = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door, namespace: depot}
spec:
  gatewayClassName: istio
  listeners: [{name: http, port: 80, protocol: HTTP}]
"""
THROUGH = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: stock, namespace: depot}
spec:
  parentRefs: [{name: door}]
  hostnames: [stock.example.com]
  rules: [{backendRefs: [{name: stock, port: 80}]}]
"""
POOL = PLAIN.replace("tls: {mode: DISABLE}", "connectionPool: {tcp: {maxConnections: 1}}")


def loaded(*texts: str) -> Loaded:
    documents = [
        Document(f"{number}.yaml", 1, text, parse_one(text))
        for number, text in enumerate(texts)
    ]  # fmt: skip
    return Loaded(len(texts), documents, [])


def compared(old: tuple[str, ...], new: tuple[str, ...]) -> Comparison:
    return compare(Side(loaded(*old)), Side(loaded(*new)), Settings(whole_mesh=True))


@pytest.mark.parametrize(
    ("old", "new", "kind", "request_line"),
    [
        ((ROUTE % ("/a", ""),), (ROUTE % ("/b", ""),), "routes", "GET http://stock"),
        ((DENY % "DELETE",), (DENY % "PUT",), "access", "DELETE http://stock"),
        ((), (DENY % "DELETE",), "access", "DELETE http://stock"),
        ((), (PLAIN,), "tls", "GET http://stock"),
        ((), (POOL,), "routes", "GET http://stock"),
        ((), (BACKEND,), "tls", "GET http://stock.depot"),
        ((DOOR, THROUGH), (DOOR, THROUGH, BACKEND), "tls", "GET http://stock.example.com"),
        ((STRICT % "PERMISSIVE", PLAIN), (STRICT % "STRICT", PLAIN), "tls", "GET http://stock"),
    ],
)
def test_change_is_shown_by_requests_that_differ(
    old: tuple[str, ...], new: tuple[str, ...], kind: str, request_line: str
) -> None:
    found = compared((*BASE, *old), (*BASE, *new))
    witnesses = getattr(found.changes, kind)
    assert any(one.request.title.startswith(request_line) for one in witnesses)
    every = (*found.changes.routes, *found.changes.access, *found.changes.tls)
    assert all(
        behaviour(one.was.way, by_name=False) != behaviour(one.now.way, by_name=False)
        for one in every
    )


@given(st.permutations([*BASE, ROUTE % ("/a", ", subset: one"), SUBSET, DENY % "DELETE"]))
def test_order_of_documents_changes_nothing(texts: list[str]) -> None:
    found = compared(tuple(texts), tuple(reversed(texts)))
    assert not found.changes.objects
    assert found.changes.is_empty


@pytest.mark.parametrize(
    "rewritten",
    [
        json.dumps(parse_one(ROUTE % ("/a", "")), indent=4),
        "# a comment\n"
        + (ROUTE % ("/a", "")).replace("uri: {prefix: /a}", 'uri: {"prefix": "/a"}'),
        (ROUTE % ("/a", "")) + "status: {observedGeneration: 3}\n",
        (ROUTE % ("/a", "")).replace("networking.istio.io/v1", "networking.istio.io/v1beta1"),
    ],
)
def test_other_writing_changes_nothing(rewritten: str) -> None:
    found = compared((*BASE, ROUTE % ("/a", "")), (*BASE, rewritten))
    assert found.is_quiet
    assert not found.changes.objects


def test_change_without_effect_is_empty() -> None:
    twice = (ROUTE % ("/a", "")).replace("{prefix: /a}", "{prefix: /a, }")
    found = compared((*BASE, ROUTE % ("/a", "")), (*BASE, twice, SUBSET))
    assert [one.word for one in found.changes.objects] == ["added"]
    assert found.changes.is_empty


def test_subset_has_to_be_there_before_routes_use_it() -> None:
    route = ROUTE % ("/a", ", subset: one")
    added = compared((*BASE, ROUTE % ("/a", "")), (*BASE, route, SUBSET))
    assert [(one.first.kind, one.then.kind) for one in added.changes.order] == [
        ("DestinationRule", "VirtualService")
    ]
    removed = compared((*BASE, route, SUBSET), (*BASE, ROUTE % ("/a", "")))
    assert [(one.first.kind, one.then.kind) for one in removed.changes.order] == [
        ("VirtualService", "DestinationRule")
    ]
    out = io.StringIO()
    write_comparison("text", removed, out)
    assert "change or delete VirtualService" in out.getvalue()


def test_hosts_and_injection_are_compared() -> None:
    off = NAMESPACE.replace("enabled", "disabled")
    found = compared(BASE, (off, *BASE[1:]))
    assert {one.name for one in found.changes.injection} == {"depot/clerk", "depot/stock"}
    gone = compared(BASE, BASE[:3])
    assert [(one.name, one.was, one.now) for one in gone.changes.hosts] == [
        ("depot stock.depot.svc.cluster.local", "known", None)
    ]


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_every_format_says_what_changes(output: str) -> None:
    found = compared(BASE, (*BASE, DENY % "DELETE"))
    out = io.StringIO()
    write_comparison(output, found, out)
    assert "DELETE" in out.getvalue()
    if output == "json":
        import jsonschema  # slow to import

        jsonschema.validate(json.loads(out.getvalue()), diff_schema())


def test_markdown_stays_short() -> None:
    services = tuple(SERVICE.replace("name: stock", f"name: stock-{n}") for n in range(400))
    out = io.StringIO()
    write_comparison("markdown", compared(BASE, (*BASE, *services)), out)
    assert len(out.getvalue().encode()) <= 60_000


def _git(directory: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=directory, check=True, capture_output=True)


def test_revision_is_read_with_its_own_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "a.yaml").write_text(NAMESPACE)
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "a")
    (tmp_path / "mesh" / "a.yaml").write_text(CLERK)
    monkeypatch.chdir(tmp_path)
    for name in ("git:HEAD", "git:HEAD:mesh", "git:HEAD:mesh/a.yaml"):
        found = load_revision(name)
        assert [one.file for one in found.documents] == ["git:HEAD:mesh/a.yaml"]
        assert found.documents[0].data["kind"] == "Namespace"
    for name in ("git:", "git:none", "git:--output=x", "git:HEAD:none"):
        with pytest.raises(InputError):
            load_revision(name)


def test_changes_of_tls_bring_the_rows_of_tls_check() -> None:
    found = compared(BASE, (*BASE, PLAIN))
    rows = [row for one in found.changes.tls for row in one.rows]
    said = {
        (row.before.client_tls, row.after.client_tls) for row in rows if row.before and row.after
    }
    assert said == {("auto", "plaintext")}
    out = io.StringIO()
    write_comparison("json", found, out)
    written = json.loads(out.getvalue())["tls"][0]["rows"][0]
    assert written["is"]["client_tls"] == "plaintext"
    assert written["is"]["host"] == written["was"]["host"]


def test_requests_to_many_endpoints_are_tried_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = ROUTE % ("/a", "")
    assert not compared(BASE, (*BASE, changed)).changes.is_cut
    monkeypatch.setattr(answer, "_MOST_ENDPOINTS", 1)
    assert compared(BASE, (*BASE, changed)).changes.is_cut


def test_policies_that_select_the_same_suggest_the_same_requests_once() -> None:
    policy = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p%d, namespace: depot}
spec: {selector: {matchLabels: {app: stock}}, rules: [{from: [{source: {namespaces: [n%d]}}]}]}
"""
    counts = []
    for size in (20, 40, 80):
        made = [policy % (number, number) for number in range(size)]
        side = load_mesh(loaded(*BASE, *made), Settings())
        changed = [ChangedObject(None, one) for one in side.of(AuthorizationPolicy)]
        counts.append(calls(lambda side=side, changed=changed: list(questions(side, changed))))
    assert exponent(counts) <= MOST
