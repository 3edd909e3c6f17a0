"""Whatever the fields hold, the model of TLS answers; schema rules say what is wrong."""

from hypothesis import given
from hypothesis import strategies as st
from tls_meshes import mesh, namespace, policy, rule, service, thing, workload

from meshctl.mesh.security.client_tls import wiped_settings
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.traffic.destination_rule_merge import meetings
from meshctl.resources import DestinationRule, Workload

WORDS = st.sampled_from(
    ["", "*", ".", "~", "cart", "*.local", "STRICT", "DISABLE", "shop", "80", "8080", "istio"]
)
KEYS = st.sampled_from(
    [
        "host",
        "tls",
        "mode",
        "port",
        "number",
        "name",
        "labels",
        "exportTo",
        "subsets",
        "selector",
        "matchLabels",
        "trafficPolicy",
        "portLevelSettings",
        "portLevelMtls",
        "mtls",
        "ports",
        "workloadSelector",
        "clusterIP",
        "template",
        "metadata",
        "annotations",
        "spec",
        "containers",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9000) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SOUND = (
    namespace("shop"),
    service("shop/cart"),
    workload("shop/cart"),
    rule("shop/cart", "cart", trafficPolicy={"tls": {"mode": "SIMPLE"}}),
    policy("shop/default", "STRICT"),
)
KINDS = st.sampled_from(
    ["DestinationRule", "PeerAuthentication", "Service", "Deployment", "ServiceEntry"]
)


@given(KINDS, ANYTHING, st.booleans())
def test_no_value_of_any_field_breaks_the_model(kind, spec, is_whole) -> None:
    made = mesh(*SOUND, thing(kind, "shop/odd", spec), is_whole=is_whole)
    for item in made.of(Workload):
        assert len(list(made.security.mtls.connections(made.security.mtls.client(item)))) > 0
    for item in made.of(DestinationRule):
        list(wiped_settings(item))
        list(meetings(made.traffic.destination_rules.same_host(item)))
        made.traffic.destination_rules.hidden_by(item)
        for demanded in (Mode.STRICT, Mode.DISABLE):
            list(made.security.tls_conflicts.unseen(item, "DISABLE", demanded))
    assert any(made.security.tls_conflicts.of(resource) for resource in made.resources)
