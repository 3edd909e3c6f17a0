"""VirtualServices of any shape are judged without a failure, and never in another order."""

from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.registry import load_family
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService, make_resource
from meshctl.rules.api import Finding
from meshctl.sources.documents import Document

RULES = [rule for rule in load_family("virtual_service") if rule.on is VirtualService]
WORDS = ["", "*", "/", "/a", "get", "1s", "a", "b.c", "shop", "regex", "(", ".*", "v1", "mesh"]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 10**6), st.floats(), st.sampled_from(WORDS)
)
KEYS = st.sampled_from([
    "exact", "prefix", "regex", "host", "subset", "port", "number", "attempts", "perTryTimeout",
    "percentage", "value", "fixedDelay", "httpStatus", "abort", "delay", "uri", "authority",
    "scheme", "name", "namespace", "allowOrigins", "request", "set", "destination", "weight",
    "prefixRewrite", "derivePort", "match", "route", "gateways",
])  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
FIELDS = (
    "match", "route", "mirror", "mirrors", "redirect", "rewrite", "timeout", "retries", "fault",
    "corsPolicy", "delegate", "headers", "name",
)  # fmt: skip
ROUTE = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING))
SPEC = st.fixed_dictionaries(
    {"http": st.lists(ROUTE, max_size=3)},
    optional={
        "hosts": st.one_of(ANYTHING, st.lists(st.sampled_from(["a", "a.test", "*"]), max_size=2)),
        "gateways": st.one_of(ANYTHING, st.just(["g", "mesh"])),
        "exportTo": ANYTHING,
        "tcp": ANYTHING,
        "tls": ANYTHING,
    },
)


def virtual_service(number, spec):
    data = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": f"v{number}", "namespace": "shop"},
        "spec": spec,
    }
    return make_resource(Document("data", 1, "", data), data, (), "default")


def findings(services, *, is_whole):
    mesh = Mesh(services, is_whole=is_whole)
    return {
        (rule.id, finding.ref.resource.name, str(finding.ref.path), finding.message)
        for rule in RULES
        for service in mesh.of(VirtualService)
        for finding in rule.check(service, mesh)
        if isinstance(finding, Finding)
    }


@given(specs=st.lists(SPEC, min_size=1, max_size=3), is_whole=st.booleans())
def test_every_shape_is_judged_alike_in_any_order(specs, is_whole) -> None:
    services = [virtual_service(number, spec) for number, spec in enumerate(specs)]
    expected = findings(services, is_whole=is_whole)
    assert expected == findings(list(reversed(services)), is_whole=is_whole)
