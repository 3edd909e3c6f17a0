"""What a cluster hid, or the input may lack, is unknown: nothing is concluded from it."""

import pytest

from meshctl.engine.analyze import load_mesh, report_on
from meshctl.inspect.describe import describe
from meshctl.inspect.tls.answer import Question, TlsAnswer, ask
from meshctl.output.describe.text import lines
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded, Unread

PEERS = ("security.istio.io", "PeerAuthentication", "you may not list them")


def thing(api: str, kind: str, name: str, home: str = "shop", **fields: object) -> Document:
    metadata = {"name": name, "namespace": home}
    data = {"apiVersion": api, "kind": kind, "metadata": metadata, **fields}
    return Document(f"{kind}-{home}-{name}.yaml", 1, "", data)


def workload(name: str) -> Document:
    labels = {"app": name, "sidecar.istio.io/inject": "true"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main"}]}}
    return thing("apps/v1", "Deployment", name, spec={"template": template})


def takes(mode: str, home: str = "shop", **spec: object) -> Document:
    spec = {"mtls": {"mode": mode}, **spec}
    return thing("security.istio.io/v1", "PeerAuthentication", "default", home, spec=spec)


def sends(*ports: str, mode: str = "", host: str = "cart") -> Document:
    entries = [{"port": {"number": 80}, "tls": {"mode": one}} for one in ports]
    policy = {"portLevelSettings": entries} | ({"tls": {"mode": mode}} if mode else {})
    spec = {"host": host, "trafficPolicy": policy}
    return thing("networking.istio.io/v1", "DestinationRule", host, spec=spec)


PORTS = [{"name": "http", "port": 80, "targetPort": 8080}]
CART = thing("v1", "Service", "cart", spec={"selector": {"app": "cart"}, "ports": PORTS})
SHOP = (CART, workload("cart"), workload("desk"))


def loaded(*documents: Document, unread: Unread | None = None) -> Loaded:
    return Loaded(0, [*documents], [], (unread,) if unread else ())


def tls(*documents: Document, unread: Unread | None = None) -> TlsAnswer:
    settings = Settings()
    mesh = load_mesh(loaded(*documents, unread=unread), settings)
    return ask(None, mesh, Question(None, "cart.shop", "shop"), settings)


def modes(answer: TlsAnswer) -> set[str | None]:
    return {row.data.server_mode for row in answer.rows if row.data.client == "shop/desk"}


def test_without_peer_authentications_no_mode_is_concluded() -> None:
    known, hidden = tls(*SHOP), tls(*SHOP, unread=Unread(*PEERS))
    assert ({"permissive"}, 0) == (modes(known), known.exit_code)
    assert ({"unknown"}, 2) == (modes(hidden), hidden.exit_code)
    reasons = {row.data.reason for row in hidden.rows if row.data.client == "shop/desk"}
    assert any("doesn't show all PeerAuthentications" in reason for reason in reasons)


def test_the_policy_of_a_namespace_that_was_read_decides() -> None:
    answer = tls(*SHOP, takes("STRICT"), unread=Unread(*PEERS, "shop"))
    assert {"strict"} == modes(answer)
    assert {"unknown"} == modes(tls(*SHOP, takes("STRICT", "istio-system"), unread=Unread(*PEERS)))
    assert {"unknown"} == modes(tls(*SHOP, takes("UNSET"), unread=Unread(*PEERS, "shop")))


def test_a_described_pod_has_an_unknown_mode() -> None:
    settings = Settings(namespace="shop")
    mesh = load_mesh(loaded(*SHOP, unread=Unread(*PEERS)), settings)
    text = "\n".join(lines(describe(mesh, "pod", "cart", settings)))
    assert "mTLS mode: unknown, as the cluster doesn't show all PeerAuthentications" in text
    assert "PERMISSIVE" not in text


@pytest.mark.parametrize("kind", ["Pod", "Deployment", "StatefulSet"])
def test_a_selector_may_pick_what_a_cluster_hides(kind: str) -> None:
    picks = takes("STRICT", selector={"matchLabels": {"app": "till"}})
    settings = Settings(select=("peer-authentication/selects-no-workload",))

    def found(*unread: str) -> int:
        given = Unread("", kind, "you may not list them", *unread) if unread else None
        return len(report_on(loaded(*SHOP, picks, unread=given), settings).findings)

    assert (1, 0, 0, 1) == (found(), found(""), found("depot"), found("shop"))


def reported(*documents: Document) -> tuple[list[str], list[str]]:
    name = "destination-rule/plaintext-to-strict-workload"
    report = report_on(loaded(*documents), Settings(select=(name,)))
    return [one.message for one in report.findings], [one.reason for one in report.not_checked]


@pytest.mark.parametrize(
    "rule", [sends(mode="DISABLE"), sends("DISABLE"), sends("DISABLE", "SIMPLE")]
)
def test_plaintext_under_the_modes_of_a_mesh_is_a_gap_without_pods(rule: Document) -> None:
    findings, gaps = reported(rule, takes("STRICT", "istio-system"))
    assert ([], 1) == (findings, len(gaps))
    assert (
        "pods of hosts that get plaintext where a PeerAuthentication above them is STRICT"
        in gaps[0]
    )


def test_plaintext_under_the_mode_of_its_namespace_is_a_finding_without_pods() -> None:
    findings, gaps = reported(sends("DISABLE"), takes("STRICT"))
    assert (1, []) == (len(findings), gaps)
    assert ([], []) == reported(sends("ISTIO_MUTUAL"), takes("STRICT", "istio-system"))
    assert ([], []) == reported(sends("DISABLE"), takes("PERMISSIVE", "istio-system"))


def missing(*documents: Document, **settings: bool) -> int:
    """How many errors there are about a destination whose Service isn't in the input."""
    route = {"hosts": ["cart"], "http": [{"route": [{"destination": {"host": "till"}}]}]}
    asks = thing("networking.istio.io/v1", "VirtualService", "cart", spec=route)
    chosen = Settings(select=("virtual-service/destination-host-not-found",), **settings)
    report = report_on(loaded(asks, *documents), chosen)
    assert bool(report.findings) != bool(report.not_checked)
    return len(report.findings)


def service(name: str) -> Document:
    return thing("v1", "Service", name, spec={"selector": {"app": name}, "ports": PORTS})


NAMESPACE = Document(
    "shop.yaml", 1, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
)


def test_one_service_is_not_a_namespace() -> None:
    assert 0 == missing(CART)
    assert 0 == missing(CART, workload("cart"))
    assert 0 == missing(CART, service("desk"), workload("cart"))


def test_a_namespace_is_shown_by_itself_or_by_several_services_with_pods() -> None:
    assert 1 == missing(CART, NAMESPACE)
    assert 1 == missing(CART, service("desk"), workload("cart"), workload("desk"))
    assert 1 == missing(CART, whole_mesh=True)


def test_one_workload_is_not_a_namespace() -> None:
    picks = takes("STRICT", selector={"matchLabels": {"app": "till"}})
    settings = Settings(select=("peer-authentication/selects-no-workload",))

    def found(*documents: Document) -> int:
        return len(report_on(loaded(picks, *documents), settings).findings)

    assert (0, 1, 1) == (
        found(workload("cart")), found(workload("cart"), NAMESPACE), found(*SHOP)
    )  # fmt: skip


HOME = Document(
    "home.yaml", 1, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
)
ENTRY = ("networking.istio.io/v1", "Gateway")


@pytest.mark.parametrize(
    ("documents", "known"),
    [
        ((), False),
        ((thing(*ENTRY, "a"),), False),
        ((thing(*ENTRY, "a"), thing(*ENTRY, "b", "till")), False),
        ((thing(*ENTRY, "a"), thing(*ENTRY, "b")), True),
        ((HOME,), False),
        ((HOME, thing(*ENTRY, "a")), True),
    ],
)
def test_one_object_does_not_show_a_namespace(documents: tuple[Document, ...], known: bool) -> None:
    mesh = load_mesh(loaded(*documents), Settings())
    reason = "the input may lack Gateways of namespace shop; --whole-mesh says that it has all"
    assert (known, "" if known else reason) == (
        bool(mesh.knows.all_of("Gateway", "shop")), mesh.knows.all_of("Gateway", "shop").reason,
    )  # fmt: skip
    assert load_mesh(loaded(*documents), Settings(whole_mesh=True)).knows.all_of("Gateway", "shop")


def test_services_show_a_namespace_by_their_pods() -> None:
    desk = thing("v1", "Service", "desk", spec={"selector": {"app": "desk"}, "ports": PORTS})
    mine = (CART, workload("cart"), desk)
    assert not load_mesh(loaded(*mine), Settings()).knows.all_of("Service", "shop")
    both = load_mesh(loaded(*mine, workload("desk")), Settings())
    assert both.knows.all_of("Service", "shop")
    assert both.knows.all_of("Pod", "shop")


def test_what_a_cluster_hid_is_settled_by_the_right_to_list_it() -> None:
    unread = Unread(*PEERS)
    mesh = load_mesh(loaded(HOME, takes("STRICT"), unread=unread), Settings(whole_mesh=True))
    assert mesh.knows.all_of("PeerAuthentication", "shop").reason == (
        "the cluster doesn't show all PeerAuthentications of namespace shop; the right to list them "
        "settles it"
    )
    read = load_mesh(loaded(HOME, unread=Unread(*PEERS, "shop")), Settings())
    assert read.knows.all_of("PeerAuthentication", "shop")


def config_map(provider: str) -> Document:
    text = f"extensionProviders: [{{name: {provider}}}]"
    return thing("v1", "ConfigMap", "istio", "istio-system", data={"mesh": text})


def test_of_several_mesh_configs_nobody_knows_which_one_counts() -> None:
    one = load_mesh(loaded(config_map("a")), Settings())
    several = load_mesh(loaded(config_map("a"), config_map("b")), Settings())
    assert (True, False) == (bool(one.knows.mesh_config()), bool(several.knows.mesh_config()))
    assert several.knows.mesh_config().reason == (
        "the input has 2 mesh configs, of which a mesh has one; --mesh-config FILE says which one "
        "counts"
    )


@pytest.mark.parametrize(
    ("labels", "whole_mesh", "expected"),
    [({}, False, "UNKNOWN"), ({}, True, "NONE"), ({"istio-injection": "enabled"}, False, "NONE")],
)
def test_where_no_namespace_is_labelled_somebody_labels_them_by_hand(
    labels: dict[str, str], whole_mesh: bool, expected: str
) -> None:
    till = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "till", "labels": labels}}
    shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    template = {"spec": {"containers": [{"name": "main"}]}}
    mesh = load_mesh(
        loaded(
            Document("till.yaml", 1, "", till),
            Document("shop.yaml", 1, "", shop),
            thing("apps/v1", "Deployment", "cart", spec={"template": template}),
        ),
        Settings(whole_mesh=whole_mesh),
    )
    assert [expected] == [mesh.workloads.membership(one).name for one in mesh.workloads]
