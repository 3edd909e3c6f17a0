"""Workloads of any shape are judged without a failure, to be injected by hand or not."""

from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.registry import load_all
from meshctl.istio.annotation_names import PROXY_CONFIG, TEMPLATES, USER_VOLUME, USER_VOLUME_MOUNT
from meshctl.istio.annotations import _registry
from meshctl.mesh import Mesh
from meshctl.mesh.workloads.prometheus_merge import TARGETS
from meshctl.resources import make_resource
from meshctl.rules.api import Finding
from meshctl.settings import InjectionByHand
from meshctl.sources.documents import Document

RULES = [rule for rule in load_all() if rule.is_hazard]
WORDS = [
    "", "true", "False", "*", "0", "9" * 5000, "15020", "istio-proxy", "istio-init", "app", "http",
    "TCP", "UDP", "{}", "[]", "[1, [2]]", '{"a": {"mountPath": "/etc/istio/pod"}}', "a: [", "&a *a",
    "concurrency: 2", "nothing: 1", "gateway,own", "Default", "windows", "15020:/a,x,1:2",
    "/etc/istio/proxy", "istio-envoy", "POD_NAME", "TRUST_DOMAIN", "discoveryAddress: a:1",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 10**6), st.floats(), st.sampled_from(WORDS)
)
KEYS = st.sampled_from([
    "name", "image", "ports", "containerPort", "protocol", "env", "value", "valueFrom", "httpGet",
    "tcpSocket", "grpc", "exec", "port", "host", "volumeMounts", "mountPath", "emptyDir", "csi",
    "readinessProbe", "livenessProbe", "securityContext", "runAsUser", "command", "nameservers",
    "kubernetes.io/os",
])  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


def records(**fields):
    """Mappings with these fields, most with a value of the right shape, in a list."""
    record = st.fixed_dictionaries({}, optional=fields)
    odd = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, ANYTHING))
    some = st.lists(record, min_size=1, max_size=2)
    return st.one_of(some, some, st.lists(st.one_of(odd, SCALARS), max_size=2), ANYTHING)


NAMES = st.sampled_from(["istio-proxy", "istio-init", "app", "istio-envoy", "istio-token"])
NUMBERS = st.sampled_from([0, 80, 15020, 15006])
ACTION = st.fixed_dictionaries({}, optional={"port": st.one_of(NUMBERS, SCALARS), "host": SCALARS})
PROBE = st.fixed_dictionaries({}, optional={"httpGet": ACTION, "tcpSocket": ACTION, "grpc": ACTION})
CONTAINERS = records(
    name=NAMES,
    image=st.sampled_from(["auto", "app:1"]),
    ports=records(
        containerPort=NUMBERS, protocol=st.sampled_from(["TCP", "UDP"]), name=st.just("http")
    ),
    env=records(name=st.sampled_from(["POD_NAME", "TRUST_DOMAIN"]), value=SCALARS),
    volumeMounts=records(name=NAMES, mountPath=st.sampled_from(["/etc/istio/proxy", "/a"])),
    livenessProbe=PROBE,
    securityContext=st.just({"runAsUser": 1337}),
)
POD_SPEC = st.fixed_dictionaries(
    {"containers": CONTAINERS},
    optional={
        "initContainers": CONTAINERS, "hostNetwork": ANYTHING, "dnsConfig": ANYTHING,
        "volumes": records(name=NAMES, emptyDir=st.just({}), csi=st.just({"driver": "a"})),
        "dnsPolicy": st.just("Default"), "os": st.just({"name": "windows"}),
        "nodeSelector": ANYTHING,
    },
)  # fmt: skip
NAMED = (
    "sidecar.istio.io/inject",
    TEMPLATES,
    USER_VOLUME,
    USER_VOLUME_MOUNT,
    TARGETS,
    PROXY_CONFIG,
)
LABELS = st.one_of(
    st.dictionaries(st.sampled_from(NAMED), st.sampled_from(WORDS), max_size=3),
    st.dictionaries(st.sampled_from(sorted(_registry())), SCALARS, max_size=3),
    ANYTHING,
)
METADATA = st.fixed_dictionaries({}, optional={"labels": LABELS, "annotations": LABELS})
WHOLE = st.fixed_dictionaries({"metadata": METADATA, "spec": POD_SPEC})
TEMPLATE = st.one_of(WHOLE, WHOLE, ANYTHING)
KINDS = ("v1 Pod", "apps/v1 Deployment", "batch/v1 CronJob", "serving.knative.dev/v1 Service")


def resource(number, kind, template):
    version, _, name = kind.partition(" ")
    data = {"apiVersion": version, "kind": name, "metadata": {"name": f"w{number}"}}
    if name == "Pod":
        data |= template if isinstance(template, dict) else {"spec": template}
    elif name == "CronJob":
        job = {"spec": {"template": template}, "metadata": template}
        data["spec"] = {"jobTemplate": job}
    else:
        data["spec"] = {"template": template}
    return make_resource(Document("data", 1, "", data), data, (), "shop")


@given(
    specs=st.lists(st.tuples(st.sampled_from(KINDS), TEMPLATE), min_size=1, max_size=3),
    injection=st.sampled_from([None, InjectionByHand(), InjectionByHand(has_cni=True)]),
)
def test_every_shape_is_judged(specs, injection) -> None:
    made = [resource(number, kind, template) for number, (kind, template) in enumerate(specs)]
    documents = {one.document for one in made}  # what controllers make stands in those as well
    mesh = Mesh(made, injection=injection)
    for rule in RULES:
        for each_resource in mesh.of(rule.on):
            for outcome in rule.check(each_resource, mesh):
                assert (
                    not isinstance(outcome, Finding) or outcome.ref.resource.document in documents
                )
