"""Which TLS mode a workload demands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tls_meshes import mesh, policy, workload

from meshctl.engine.objects import unwrap
from meshctl.mesh import Mesh
from meshctl.sources.documents import Document

PICKS = {"selector": {"matchLabels": {"app": "cart"}}}


def demand(*policies, port=8080, at="shop/cart"):
    cart = workload(at)
    return mesh(cart, *policies).security.peer_authentications.of_port(cart, port)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], "permissive"),
        ([policy("istio-system/m", "STRICT")], "strict"),
        ([policy("istio-system/m", "STRICT"), policy("shop/n", "DISABLE")], "disable"),
        ([policy("shop/n", "STRICT"), policy("shop/w", "PERMISSIVE", **PICKS)], "permissive"),
        ([policy("shop/n", "STRICT"), policy("shop/w", "UNSET", **PICKS)], "strict"),
        ([policy("istio-system/m", "STRICT"), policy("shop/n", None)], "strict"),
        ([policy("istio-system/w", "STRICT", **PICKS)], "permissive"),
        ([policy("other/n", "STRICT")], "permissive"),
        ([policy("shop/n", "strict")], "permissive"),
        ([policy("shop/w", "STRICT", selector={"matchLabels": {}})], "strict"),
    ],
)
def test_the_nearest_level_decides(policies, expected) -> None:
    assert expected == demand(*policies).mode


def test_the_oldest_of_a_level_counts_and_the_others_are_not_merged() -> None:
    old = policy("shop/z", "STRICT", 1)
    young = policy("shop/a", "DISABLE", 2)
    found = demand(young, old)
    assert ("strict", old, True) == (found.mode, found.ref.resource, found.order_known)


def test_without_ages_the_name_decides_and_the_answer_is_open() -> None:
    found = demand(policy("shop/b", "STRICT"), policy("shop/a", "DISABLE"))
    assert ("disable", False) == (found.mode, found.order_known)
    assert demand(policy("shop/b", "STRICT"), policy("shop/a", "STRICT")).order_known


def test_port_modes_are_by_container_port_and_of_the_winner_alone() -> None:
    ports = {"portLevelMtls": {8080: {"mode": "DISABLE"}, "9090": {"mode": "UNSET"}}}
    winner = policy("shop/w", "STRICT", 1, **PICKS, **ports)
    loser = policy("shop/x", "STRICT", 2, **PICKS, portLevelMtls={"7000": {"mode": "DISABLE"}})
    modes = [demand(winner, loser, port=port).mode for port in (8080, 9090, 80, 7000)]
    assert ["disable", "strict", "strict", "strict"] == modes


def test_a_root_selector_reaches_the_root_namespace_itself() -> None:
    assert (
        "strict" == demand(policy("istio-system/w", "STRICT", **PICKS), at="istio-system/cart").mode
    )


@given(
    st.lists(st.sampled_from(["STRICT", "DISABLE", "PERMISSIVE", None]), max_size=4), st.randoms()
)
def test_the_order_of_the_input_does_not_matter(modes, random) -> None:
    policies = [policy(f"shop/p{number}", mode) for number, mode in enumerate(modes)]
    shuffled = random.sample(policies, len(policies))
    assert demand(*policies).mode == demand(*shuffled).mode


def test_workloads_of_one_label_share_the_mode_that_is_decided_once() -> None:
    labels = {"app": "web"}
    pods = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p-{n}", "labels": labels}}
        for n in range(3)
    ]
    spec = {"selector": {"matchLabels": labels}, "mtls": {"mode": "STRICT"}}
    strict = {
        "apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
        "metadata": {"name": "web"}, "spec": spec,
    }  # fmt: skip
    documents = [Document(f"{n}.yaml", 1, "", data) for n, data in enumerate([*pods, strict])]
    made = Mesh(tuple(unwrap(documents, "default")))
    modes = [made.security.peer_authentications.of_workload(one) for one in made.workloads]
    assert (3, 1) == (len(modes), len({id(mode) for mode in modes}))
