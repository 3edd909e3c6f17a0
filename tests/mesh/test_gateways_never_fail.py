"""Gateways and VirtualServices of any shape have an answer, and no rule about them fails."""

import pytest
from gateway_meshes import mesh, thing
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.registry import load_family
from meshctl.inspect.routes.gateway_routes import gateway_entry
from meshctl.resources import Gateway, VirtualService
from meshctl.rules.api import Rule

RULES = [
    one
    for family in ("gateway", "virtual_service")
    for one in load_family(family)
    if one.on in (Gateway, VirtualService)
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 70000),
    st.floats(),
    st.sampled_from(["", "*", "a", "./b", "*/*", "HTTP"]),
)
KEYS = st.sampled_from([
    "servers", "port", "number", "protocol", "name", "hosts", "bind", "tls", "mode", "selector",
    "credentialName", "httpsRedirect", "http", "tcp", "match", "uri", "prefix", "regex", "route",
    "destination", "host", "weight", "delegate", "namespace", "gateways", "exportTo", "headers",
    "sniHosts", "redirect", "rewrite", "sourceLabels", "withoutHeaders", "queryParams", "method",
])  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=30,
)
SERVER = st.fixed_dictionaries(
    {}, optional={
        "hosts": st.one_of(ANYTHING, st.lists(st.sampled_from(["*", "x.test", "./x.test"]))),
        "port": st.one_of(ANYTHING, st.just({"number": 443, "protocol": "HTTPS", "name": "p"})),
        "tls": st.one_of(ANYTHING, st.just({"mode": "SIMPLE"}), st.just({"httpsRedirect": True})),
        "bind": ANYTHING,
    },
)  # fmt: skip
MATCH = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("uri", "headers", "withoutHeaders", "queryParams", "method", "port", "gateways", "sourceLabels", "sniHosts", "name"), ANYTHING),
)  # fmt: skip
ROUTE = st.fixed_dictionaries(
    {}, optional={
        "match": st.one_of(ANYTHING, st.lists(MATCH, max_size=2)),
        "route": st.one_of(ANYTHING, st.just([{"destination": {"host": "x"}}])),
        "redirect": ANYTHING, "rewrite": ANYTHING, "directResponse": ANYTHING, "name": ANYTHING,
        "delegate": st.one_of(ANYTHING, st.just({"name": "d"})),
    },
)  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
@given(
    servers=st.one_of(ANYTHING, st.lists(SERVER, max_size=3)),
    more=ANYTHING,
    http=st.one_of(ANYTHING, st.lists(ROUTE, max_size=3)),
    tls=st.one_of(ANYTHING, st.lists(ROUTE, max_size=2)),
)
def test_any_shape(whole, servers, more, http, tls) -> None:
    made = mesh(
        thing("Gateway", "shop/g", {"selector": {"istio": "x"}, "servers": servers}),
        thing("Gateway", "shop/h", more),
        thing("VirtualService", "shop/v",
              {"hosts": ["x.test", "*"], "gateways": ["g"], "http": http, "tls": tls}),
        thing("VirtualService", "shop/d", {"http": http}),
        thing("VirtualService", "shop/w", more),
        is_whole=whole,
    )  # fmt: skip
    for effective in made.gateways:
        gateway_entry(effective, made)
    for one in RULES:
        run(one, made)


def run(one: Rule, made) -> None:
    assert one.check is not None
    for resource in made.of(one.on):
        list(one.check(resource, made))
