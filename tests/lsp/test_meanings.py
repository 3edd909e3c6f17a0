"""What an editor is told about a word: what it means, where it leads, what could stand there."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import Editor

TOWN = """\
apiVersion: v1
kind: Namespace
metadata: {name: town, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata:
  name: bakery
  namespace: town
spec:
  selector: {app: bakery}
  ports: [{name: http, port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: bakery-v1, namespace: town}
spec:
  selector: {matchLabels: {app: bakery}}
  template:
    metadata: {labels: {app: bakery, version: v1}}
    spec:
      serviceAccountName: baker
      containers: [{name: oven, image: oven}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: baker, namespace: town}
---
apiVersion: v1
kind: Secret
metadata: {name: town-cert, namespace: town}
stringData:
  password: hunter2-of-the-baker
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: bakery, namespace: town}
spec:
  host: bakery
  subsets:
    - name: first
      labels: {version: v1}
"""
ROUTES = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gate, namespace: town}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: ["bakery.example.com"]
      tls: {mode: SIMPLE, credentialName: town-cert}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: bakery
  namespace: town
spec:
  hosts: [bakery.example.com]
  gateways: [town/gate]
  exportTo: ["."]
  http:
    - name: bread
      timeout: 5s
      route:
        - destination:
            host: bakery
            subset: first
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: bakery, namespace: town}
spec:
  selector:
    matchLabels:
      app: bakery
  action: ALLOW
  rules:
    - from:
        - source:
            principals: [cluster.local/ns/town/sa/baker]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: bakery, namespace: town}
spec:
  rules:
    - backendRefs:
        - name: bakery
          port: 80
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("words")
    (root / "town.yaml").write_text(TOWN)
    (root / "routes.yaml").write_text(ROUTES)
    with Editor(root) as session:
        session.analyzed()
        session.open("routes.yaml")
        session.open("town.yaml")
        session.analyzed()
        yield session


def place(text: str, sign: str) -> tuple[int, int]:
    """The place of a bar in a part of a text."""
    at = text.index(sign.replace("|", "")) + sign.index("|")
    return text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)


def lines_of(editor: Editor, locations: list[dict[str, Any]]) -> list[str]:
    return [
        (editor.root / one["uri"].rpartition("/")[2]).read_text().split("\n")[
            one["range"]["start"]["line"]
        ].strip()
        for one in locations
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("host: bak|ery\n            subset", ["name: bakery"]),
        ("subset: fir|st", ["- name: first"]),
        ("gateways: [town/|gate]", ["metadata: {name: gate, namespace: town}"]),
        ("credentialName: town|-cert", ["metadata: {name: town-cert, namespace: town}"]),
        ("app: bake|ry\n  action", ["metadata: {name: bakery-v1, namespace: town}"]),
        ("ns/town/sa/ba|ker", ["metadata: {name: baker, namespace: town}"]),
        ("- name: bak|ery\n          port", ["name: bakery"]),
        ("namespace: to|wn\nspec:\n  hosts", ["metadata: {name: town, labels: {istio-injection: enabled}}"]),
        ("timeout: 5|s", []),
    ],
)  # fmt: skip
def test_a_word_leads_to_what_it_names(editor: Editor, sign: str, expected: list[str]) -> None:
    found = editor.ask_at("definition", "routes.yaml", *place(ROUTES, sign))
    assert lines_of(editor, found) == expected


def test_an_object_knows_who_refers_to_it(editor: Editor) -> None:
    found = editor.ask_at(
        "references", "town.yaml", *place(TOWN, "name: bak|ery\n  namespace"),
        context={"includeDeclaration": False},
    )  # fmt: skip
    assert sorted(lines_of(editor, found)) == ["- name: bakery", "host: bakery", "host: bakery"]


def test_a_subset_knows_the_routes_to_it(editor: Editor) -> None:
    found = editor.ask_at(
        "references", "town.yaml", *place(TOWN, "- name: fir|st"),
        context={"includeDeclaration": True},
    )  # fmt: skip
    assert sorted(lines_of(editor, found)) == ["- name: first", "subset: first"]


def test_words_of_one_meaning_are_marked_in_the_text(editor: Editor) -> None:
    found = editor.ask_at("documentHighlight", "routes.yaml", *place(ROUTES, "host: bak|ery\n"))
    assert sorted(one["range"]["start"]["line"] for one in found) == [24, 46]


@pytest.mark.parametrize(
    ("sign", "parts"),
    [
        (
            "host: bak|ery\n            subset",
            [
                "`bakery.town.svc.cluster.local`: Service town/bakery", "Ports: 80 http",
                "Pods: 1 workload, Deployment town/bakery-v1", "Subset `first` (version=v1)",
                "**host** (string): ",
            ],
        ),
        ("subset: fir|st", ["Subset `first` (version=v1): 1 workload, Deployment town/bakery-v1"]),
        ("time|out: 5s", ["**timeout** (string): "]),
        ("act|ion: ALLOW", ["**action** (string): ", "`ALLOW`"]),
        ("app: bake|ry\n  action", ["Picks Deployment town/bakery-v1."]),
    ],
)  # fmt: skip
def test_hovering_tells_what_a_word_means(editor: Editor, sign: str, parts: list[str]) -> None:
    text = editor.ask_at("hover", "routes.yaml", *place(ROUTES, sign))["contents"]["value"]
    assert [part for part in parts if part not in text] == []


def typed(editor: Editor, old: str, new: str) -> list[str]:
    """What is offered at the bar of a text that somebody types."""
    text = ROUTES.replace(old, new.replace("|", ""))
    assert text != ROUTES
    editor.type("routes.yaml", text)
    found = editor.ask_at("completion", "routes.yaml", *place(text, new))
    editor.type("routes.yaml", ROUTES)
    return [one["label"] for one in found["items"]]


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        ("host: bakery\n            subset", "host: |\n            subset", ["bakery", "bakery.town.svc.cluster.local"]),
        ("subset: first", "subset: |", ["first"]),
        ("gateways: [town/gate]", "gateways: [|]", ["mesh", "town/gate"]),
        ('exportTo: ["."]', "exportTo: [|]", [".", "*", "town"]),
        ("credentialName: town-cert", "credentialName: |", ["town-cert"]),
        ("action: ALLOW", "action: |", ["ALLOW", "DENY", "AUDIT", "CUSTOM"]),
        ("app: bakery\n  action", "app: |\n  action", ["bakery"]),
        ("      app: bakery\n  action", "      |\n  action", ["app", "version"]),
        ("[cluster.local/ns/town/sa/baker]", "[|]", ["cluster.local/ns/town/sa/baker"]),
        ("namespace: town\nspec:\n  hosts", "namespace: |\nspec:\n  hosts", ["town"]),
        ("- name: bakery\n          port", "- name: |\n          port", ["bakery"]),
        ("- name: bakery\n          port: 80", "- name: bakery\n          port: |", ["80"]),
        ("subset: first", "port: {number: |}", ["80"]),
        ("gateways: [town/gate]", "gateways: [\n    |\n  ]", ["mesh", "town/gate"]),
    ],
)  # fmt: skip
def test_names_of_the_mesh_are_offered(
    editor: Editor, old: str, new: str, first: list[str]
) -> None:
    assert typed(editor, old, new)[: len(first)] == first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|", {"apiVersion", "kind", "metadata", "spec"}),
        ("kind: Service\n|", {"apiVersion", "metadata", "spec"}),
        ("apiVersion: |", {"v1", "apps/v1", "networking.istio.io/v1", "gateway.networking.k8s.io/v1"}),
        ("kind: |", {"Service", "VirtualService", "HTTPRoute", "Telemetry"}),
        ("apiVersion: apps/v1\nkind: |", {"Deployment", "StatefulSet", "DaemonSet"}),
        ("apiVersion: telemetry.istio.io/v1\nkind: Tel|", {"Telemetry"}),
    ],
)  # fmt: skip
def test_a_new_object_is_begun_with_what_there_is(
    editor: Editor, text: str, expected: set[str]
) -> None:
    whole = f"{ROUTES}---\n{text}"
    editor.type("routes.yaml", whole.replace("|", ""))
    line, column = (
        whole[: whole.index("|", len(ROUTES))].count("\n"),
        len(text.rpartition("\n")[2]) - 1,
    )
    found = editor.ask_at("completion", "routes.yaml", line, column)
    editor.type("routes.yaml", ROUTES)
    labels = {one["label"] for one in found["items"]}
    assert expected <= labels
    assert labels == expected or "apiVersion: apps" not in text


def test_fields_that_are_not_there_yet_are_offered(editor: Editor) -> None:
    offered = typed(editor, "      timeout: 5s\n", "      |\n")
    assert {"timeout", "retries", "match"} <= set(offered)
    assert "route" not in offered
    assert "name" not in offered


def test_deprecated_fields_are_offered_as_such(editor: Editor) -> None:
    text = ROUTES.replace("      timeout: 5s\n", "      mirror\n")
    editor.type("routes.yaml", text)
    found = editor.ask_at("completion", "routes.yaml", *place(text, "      mirror|\n"))
    editor.type("routes.yaml", ROUTES)
    tags = {one["label"]: one.get("tags") for one in found["items"]}
    assert (tags["mirrorPercent"], tags["mirrorPercentage"]) == ([1], None)


def test_rules_are_offered_and_explained_in_ignores(editor: Editor) -> None:
    line = "  # meshctl: ignore[virtual-service/|rule-shadowed] it is\n  http:"
    offered = typed(editor, "  http:", line)
    assert "virtual-service/rule-shadowed" in offered
    text = ROUTES.replace("  http:", line.replace("|", ""))
    editor.type("routes.yaml", text)
    found = editor.ask_at("hover", "routes.yaml", *place(text, line))
    editor.type("routes.yaml", ROUTES)
    assert found["contents"]["value"].startswith("# virtual-service/rule-shadowed\n")


def test_nothing_of_a_secret_leaves(editor: Editor) -> None:
    at = place(TOWN, "password: hun|ter2")
    answers = [
        editor.ask_at("hover", "town.yaml", *at),
        editor.ask_at("completion", "town.yaml", *at),
        editor.ask_at("definition", "town.yaml", *at),
        editor.request(
            "textDocument/documentSymbol", textDocument={"uri": editor.uri("town.yaml")}
        ),
        editor.request("workspace/symbol", query="town-cert"),
    ]
    assert "hunter2" not in str(answers)


def test_a_text_is_outlined(editor: Editor) -> None:
    found = editor.request(
        "textDocument/documentSymbol", textDocument={"uri": editor.uri("routes.yaml")}
    )
    outline = [(one["name"], [part["name"] for part in one.get("children") or []]) for one in found]
    assert outline == [
        ("Gateway town/gate", ["server https"]),
        ("VirtualService town/bakery", ["route bread"]),
        ("AuthorizationPolicy town/bakery", ["rule 0"]),
        ("HTTPRoute town/bakery", ["rule 0"]),
    ]


def test_objects_of_the_folder_are_found_by_words(editor: Editor) -> None:
    found = editor.request("workspace/symbol", query="virtual bakery")
    assert [one["name"] for one in found] == ["VirtualService town/bakery"]


def test_routes_and_tls_of_an_object_are_shown(editor: Editor) -> None:
    lenses = editor.request("textDocument/codeLens", textDocument={"uri": editor.uri("town.yaml")})
    commands = [one["command"]["command"] for one in lenses]
    assert commands == [
        "meshctl.showRoutes", "meshctl.showTls", "meshctl.describe", "meshctl.describe",
        "meshctl.showTls",
    ]  # fmt: skip
    tls = next(one["command"] for one in lenses if one["command"]["command"] == "meshctl.showTls")
    shown = editor.request("workspace/executeCommand", **tls)
    assert shown["title"] == "tls-check Service town/bakery"
    assert "bakery" in shown["text"]
    routes = editor.request(
        "workspace/executeCommand", command="meshctl.showRoutes",
        arguments=[editor.uri("routes.yaml"), place(ROUTES, "name: bak|ery\n  namespace")[0]],
    )  # fmt: skip
    assert "bakery.town.svc.cluster.local:80 subset first" in routes["text"]


def test_places_outside_of_manifests_have_no_answers(editor: Editor, tmp_path: Path) -> None:
    assert editor.request(
        "textDocument/hover", textDocument={"uri": (tmp_path / "no.yaml").as_uri()},
        position={"line": 0, "character": 0},
    ) is None  # fmt: skip


def test_a_folder_that_is_gone_still_has_names(tmp_path: Path) -> None:
    root = tmp_path / "gone"
    root.mkdir()
    (root / "town.yaml").write_text(TOWN)
    with Editor(root) as editor:
        editor.analyzed()
        shutil.rmtree(root)
        found = editor.request("workspace/symbol", query="service town/bakery")
    assert [one["location"]["uri"] for one in found] == [(root / "town.yaml").as_uri()]
