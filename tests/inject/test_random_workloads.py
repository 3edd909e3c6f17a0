"""Do both styles agree, does nothing happen twice, and can all of it be undone, for any workload?"""

import yaml
from hypothesis import given
from hypothesis import strategies as st
from test_kube_inject import settings

from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.text import istioctl_style, preserve_style

NAMES = st.sampled_from(["app", "web", "istio-proxy", "job", "a.b"])
TEXTS = st.sampled_from(["v1", "true", "8080", "a: b", "# no", "", "long " * 30, "x\ny\n", "ü"])
PORT_NAMES = st.sampled_from(["http", "metrics", "grpc-web"])
NUMBERS = st.sampled_from([80, 8080, 9090])


def some(**fields: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional=fields)


ACTION = st.one_of(
    st.fixed_dictionaries(
        {"httpGet": st.fixed_dictionaries(
            {"port": PORT_NAMES | NUMBERS},
            optional={"path": st.just("/x"), "scheme": st.sampled_from(["HTTP", "HTTPS"])},
        )}
    ),
    st.fixed_dictionaries({"tcpSocket": st.fixed_dictionaries({"port": PORT_NAMES | NUMBERS})}),
    st.fixed_dictionaries({"grpc": st.fixed_dictionaries({"port": NUMBERS})}),
    st.just({"exec": {"command": ["true"]}}),
)  # fmt: skip
PROBE = st.builds(lambda action, more: {**more, **action}, ACTION, some(timeoutSeconds=NUMBERS))
HOOK = st.sampled_from([{"httpGet": {"port": 80, "path": "/bye"}}, {"exec": {"command": ["a"]}}])
CONTAINER = st.fixed_dictionaries(
    {"name": NAMES, "image": TEXTS.filter(bool)},
    optional={
        "env": st.lists(
            st.fixed_dictionaries({"name": NAMES}, optional={"value": TEXTS}),
            max_size=2, unique_by=lambda container: container["name"],
        ),
        "ports": st.lists(
            st.fixed_dictionaries({"containerPort": NUMBERS}, optional={"name": PORT_NAMES}),
            max_size=2, unique_by=(lambda p: p["containerPort"], lambda p: p.get("name")),
        ),
        "resources": st.sampled_from([{}, {"limits": {"cpu": "2000m", "memory": "1024Mi"}}]),
        "readinessProbe": PROBE,
        "livenessProbe": PROBE,
        "lifecycle": some(preStop=HOOK, postStart=HOOK),
        "securityContext": some(runAsUser=st.integers(0, 2000), privileged=st.booleans()),
        "args": st.lists(TEXTS, max_size=2),
    },
)  # fmt: skip
CONTAINERS = st.lists(
    CONTAINER, min_size=1, max_size=3, unique_by=lambda container: container["name"]
)
LABELS = st.dictionaries(
    st.sampled_from(["app", "version", "app.kubernetes.io/name", "team"]),
    st.sampled_from(["v1", "web", "x-1.y"]), max_size=3,
)  # fmt: skip
ANNOTATIONS = some(**{
    "prometheus.io/port": st.just("9000"),
    "prometheus.io/scrape": st.sampled_from(["true", "false"]),
    "prometheus.io/path": st.just("/m"),
    "note": TEXTS,
    "sidecar.istio.io/rewriteAppHTTPProbers": st.sampled_from(["true", "false"]),
})  # fmt: skip
SPEC = st.fixed_dictionaries(
    {"containers": CONTAINERS},
    optional={
        "initContainers": st.lists(
            CONTAINER.map(lambda container: {**container, "name": f"init-{container['name']}"}), max_size=1
        ),
        "volumes": st.lists(
            st.fixed_dictionaries({"name": NAMES, "emptyDir": st.just({})}),
            max_size=2, unique_by=lambda container: container["name"],
        ),
        "imagePullSecrets": st.just([{"name": "s"}]),
        "securityContext": some(fsGroup=NUMBERS),
        "nodeSelector": LABELS,
    },
)  # fmt: skip
POD = st.fixed_dictionaries(
    {"spec": SPEC}, optional={"metadata": some(labels=LABELS, annotations=ANNOTATIONS)}
)


def workload(kind: str, pod: dict) -> dict:
    metadata = {"name": "name", **({} if kind != "Pod" else pod.get("metadata", {}))}
    top = {"kind": kind, "metadata": metadata}
    match kind:
        case "Pod":
            return {"apiVersion": "v1", **top, "spec": pod["spec"]}
        case "Job":
            return {"apiVersion": "batch/v1", **top, "spec": {"template": pod}}
    selector = {"matchLabels": pod.get("metadata", {}).get("labels", {})}
    spec = {"replicas": 2, "selector": selector, "template": pod}
    return {"apiVersion": "apps/v1", **top, "spec": spec}


WORKLOAD = st.builds(workload, st.sampled_from(["Pod", "Job", "Deployment", "StatefulSet"]), POD)
STYLES = st.fixed_dictionaries({
    "indent": st.sampled_from([2, 4]),
    "sort_keys": st.booleans(),
    "default_flow_style": st.sampled_from([False, False, None]),
    "default_style": st.sampled_from([None, None, '"']),
    "width": st.sampled_from([20, 1000]),
    "line_break": st.sampled_from(["\n", "\r\n"]),
    "explicit_start": st.booleans(),
})  # fmt: skip


def only(text: str) -> dict:
    found = next(document for document in yaml.safe_load_all(text) if document)
    return read(found["kind"], found, coerce=True)


def likely(workload: dict) -> dict:
    """Write what an injected pod doesn't tell as what undoes an injection assumes.

    Probes refer to ports by name where they have one, and the user's own sidecar stands last.
    """
    spec = workload["spec"] if workload["kind"] == "Pod" else workload["spec"]["template"]["spec"]
    spec["containers"].sort(key=lambda container: container["name"] == "istio-proxy")
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        names = {port["containerPort"]: port.get("name") for port in container.get("ports") or ()}
        hooks = (container.get("lifecycle") or {}).values()
        for handler in (container.get("readinessProbe"), container.get("livenessProbe"), *hooks):
            for action in ("httpGet", "tcpSocket"):
                called = (handler or {}).get(action)
                if called and names.get(called["port"]):
                    called["port"] = names[called["port"]]
    return workload


@given(WORKLOAD, STYLES, st.sampled_from([True, False]))
def test_both_styles_agree_and_twice_is_once(data: dict, style: dict, native: bool) -> None:
    text = "# top\n" + yaml.safe_dump(data, allow_unicode=True, **style)
    used = settings(native=native)
    kept = preserve_style.inject_text(text, used, print)
    whole = istioctl_style.inject_text(text, used, print)
    assert only(whole) == only(kept)
    assert kept == preserve_style.inject_text(kept, used, print)
    assert whole == istioctl_style.inject_text(whole, used, print)


def without_own_label(workload: dict) -> dict:
    """The templates of the tests add a label that no template of Istio has."""
    holder = workload if workload["kind"] == "Pod" else workload["spec"]["template"]
    holder["metadata"]["labels"].pop("mesh")
    return read(workload["kind"], workload)


@given(WORKLOAD, STYLES, st.sampled_from([True, False]))
def test_an_injection_can_be_undone(data: dict, style: dict, native: bool) -> None:
    text = "# top\n" + yaml.safe_dump(data, allow_unicode=True, **style)
    used = settings(native=native)
    warnings: list[str] = []
    for way in (preserve_style, istioctl_style):
        back = way.uninject_text(way.inject_text(text, used, print), warnings.append)
        if not warnings:  # a probe's port without a name is nowhere else
            assert likely(only(text)) == likely(without_own_label(only(back)))
