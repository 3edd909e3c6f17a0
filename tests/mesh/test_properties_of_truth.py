"""What must never matter: unrelated namespaces, the names of namespaces, the order of the input."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.engine.analyze import analyze
from meshctl.inspect.routes.gateway_routes import gateway_entry
from meshctl.inspect.tls.check import TlsCheck
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.output.data import data_of
from meshctl.output.routes.form import gateway_form
from meshctl.resources import make_resource
from meshctl.settings import Settings
from meshctl.sources.documents import Document

TEAMS = ("alpha", "beta")
ROOT = "istio-system"
HOMES = (*TEAMS, ROOT)
GROUPS = {
    "Namespace": "v1", "Service": "v1", "Deployment": "apps/v1",
    "PeerAuthentication": "security.istio.io/v1",
}  # fmt: skip


def thing(kind, home, name, spec, **metadata):
    group = GROUPS.get(kind, "networking.istio.io/v1")
    written = {"name": name, "namespace": home, **metadata}
    return {"apiVersion": group, "kind": kind, "metadata": written, "spec": spec}


def pods(home, app, *, gateway=False):
    labels = {"app": app, "version": "v1"} | ({"istio": app} if gateway else {})
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": app}]}}
    if gateway:
        template["metadata"]["annotations"] = {"inject.istio.io/templates": "gateway"}
        template["spec"]["containers"] = [{"name": "istio-proxy", "image": "auto"}]
    return thing(
        "Deployment", home, app, {"selector": {"matchLabels": labels}, "template": template}
    )


def service(home, app, *ports, **spec):
    written = [{"name": name, "port": port, "targetPort": to} for name, port, to in ports]
    return thing("Service", home, app, {"selector": {"app": app}, "ports": written, **spec})


def namespace(name):
    metadata = {"name": name, "labels": {"istio-injection": "enabled"}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def team(home):
    cart = ("http", 80, 8080), ("tcp-admin", 9000, 9000)
    return [
        namespace(home), service(home, "cart", *cart), pods(home, "cart"),
        service(home, "db", ("tcp-db", 5432, 5432), clusterIP="None"), pods(home, "db"),
    ]  # fmt: skip


def entrance(home, name):
    ports = ("http2", 80, 8080), ("http-alt", 8080, 8080), ("https", 443, 8443)
    return [service(home, name, *ports), pods(home, name, gateway=True)]


GROUND = [*team("alpha"), *team("beta"), namespace(ROOT), *entrance(ROOT, "ingressgateway")]
MODES = st.sampled_from(["DISABLE", "ISTIO_MUTUAL", "SIMPLE"])
EXPORTS = st.sampled_from([None, ["."], ["*"], ["beta"], ["alpha", ROOT]])


def optional(key, values):
    return values.map(lambda value: {} if value is None else {key: value})


@st.composite
def rules(draw):
    hosts = [
        "cart", "cart.alpha.svc.cluster.local", "cart.beta.svc.cluster.local", "*.local",
        "*.alpha.svc.cluster.local", "db.beta.svc.cluster.local", "api.example.com",
    ]  # fmt: skip
    policy = draw(optional("tls", MODES.map(lambda mode: {"mode": mode}) | st.none()))
    entry = {"port": {"number": draw(st.sampled_from([80, 9000]))}}
    if draw(st.booleans()):
        policy["portLevelSettings"] = [entry | {"tls": {"mode": draw(MODES)}}]
    spec = {"host": draw(st.sampled_from(hosts)), "trafficPolicy": policy}
    spec |= draw(optional("exportTo", EXPORTS))
    if draw(st.booleans()):
        spec["subsets"] = [{"name": "v1", "labels": {"version": "v1"}}]
    return "DestinationRule", draw(st.sampled_from(HOMES)), spec


@st.composite
def policies(draw):
    modes = st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"])
    spec = {"mtls": {"mode": draw(modes)}}
    if draw(st.booleans()):
        spec["selector"] = {"matchLabels": {"app": draw(st.sampled_from(["cart", "db"]))}}
        if draw(st.booleans()):
            spec["portLevelMtls"] = {"8080": {"mode": draw(modes)}}
    return "PeerAuthentication", draw(st.sampled_from(HOMES)), spec


@st.composite
def servers(draw):
    port, protocol, mode = draw(st.sampled_from([
        (80, "HTTP", None), (8080, "HTTP", None), (80, "TCP", None), (443, "HTTPS", "SIMPLE"),
        (443, "TLS", "PASSTHROUGH"),
    ]))  # fmt: skip
    hosts = st.sampled_from(["a.test", "b.test", "*.test", "*", "./a.test", "beta/*"])
    written = {"port": {"number": port, "protocol": protocol, "name": f"p{port}"}}
    written["hosts"] = draw(st.lists(hosts, min_size=1, max_size=2, unique=True))
    if mode:
        written["tls"] = {"mode": mode} | ({"credentialName": "c"} if mode == "SIMPLE" else {})
    elif protocol == "HTTP" and draw(st.booleans()):
        written["tls"] = {"httpsRedirect": True}
    return written


@st.composite
def virtual_services(draw):
    gateways = st.sampled_from([*(f"{home}/public" for home in HOMES), "mesh"])
    hosts = st.sampled_from(["a.test", "b.test", "*", "cart.alpha.svc.cluster.local"])
    target = st.sampled_from(["cart", "cart.beta.svc.cluster.local"])
    port = st.sampled_from([None, {"number": 80}])
    http = [
        {"name": f"r{at}", **draw(matches(at)),
         "route": [{"destination": {"host": draw(target), **draw(optional("port", port))}}]}
        for at in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    spec = {
        "hosts": draw(st.lists(hosts, min_size=1, max_size=2, unique=True)),
        "gateways": draw(st.lists(gateways, min_size=1, max_size=3, unique=True)),
        "http": http,
        **draw(optional("exportTo", EXPORTS)),
    }
    return "VirtualService", draw(st.sampled_from(HOMES)), spec


def matches(at):
    uri = st.sampled_from([None, {"prefix": "/"}, {"prefix": "/x"}, {"exact": "/x/y"}])
    return uri.map(lambda one: {} if one is None else {"match": [{"name": f"m{at}", "uri": one}]})


@st.composite
def meshes(draw):
    """Manifests that each have an age of their own, the oldest first."""
    gateways = draw(st.dictionaries(
        st.sampled_from(HOMES), st.lists(servers(), min_size=1, max_size=2), max_size=3
    ))  # fmt: skip
    made = [
        ("Gateway", home, {"selector": {"istio": "ingressgateway"}, "servers": written})
        for home, written in gateways.items()
    ]
    made += draw(st.lists(rules() | policies() | virtual_services(), max_size=7))
    aged = []
    for at, (kind, home, spec) in enumerate(draw(st.permutations(made))):
        name = "public" if kind == "Gateway" else f"o{at}"
        stamp = f"2026-01-01T00:00:{at:02}Z"
        aged.append(thing(kind, home, name, spec, creationTimestamp=stamp))
    return [*GROUND, *aged]


def read(manifests, root=ROOT):
    resources = [
        make_resource(Document("mesh.yaml", 1, "", data), data, (), "default") for data in manifests
    ]
    return Mesh(resources, MeshConfig(root_namespace=root))


def truth(manifests, root=ROOT):
    """All TLS rows and all configurations of gateways, without the places of objects."""
    mesh = read(manifests, root)
    rows = [json.dumps(_named(data_of(row)), sort_keys=True) for row in TlsCheck(mesh).rows()]
    gateways = {}
    for one in mesh.gateways:
        form = gateway_form(gateway_entry(one, mesh), with_places=False)
        never = sorted(form.pop("never_routes"))
        hosts = {key: sorted(map(_host, value)) for key, value in form.pop("routes").items()}
        gateways[one.workload.name] = {"never": never, "routes": hosts, "rest": _text(form)}
    return sorted(rows), gateways


def _host(written):
    """A virtual host without its name, which is the longest of its domains."""
    named = written | {"name": None, "domains": sorted(written["domains"])}
    return _text(named)


def _text(value):
    return json.dumps(value, sort_keys=True)


def _named(row):
    """A row whose deciders are objects instead of lines."""
    deciders = [
        [one["side"], one["resource"], one["location"]["path"]] for one in row["decided_by"]
    ]
    return row | {"decided_by": deciders}


def findings(manifests, directory):
    """What all rules find: the rule, the object and the severity of each."""
    file = directory / "mesh.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))
    return sorted(
        _text([one.rule, one.severity.name, one.resource.kind, one.resource.namespace,
               one.resource.name, one.location.path])
        for one in analyze([str(file)], Settings()).findings
        if one.resource is not None
    )  # fmt: skip


def rename(value, names):
    """Write other words for some, wherever they stand in a value."""
    pattern = r"(?<![\w-])(" + "|".join(map(re.escape, names)) + r")(?![\w-])"
    text = re.sub(pattern, lambda found: names[found[0]], json.dumps(value))
    return json.loads(text)


@settings(max_examples=100)
@given(meshes(), st.data())
def test_the_input_order_does_not_matter(manifests, data) -> None:
    assert truth(manifests) == truth(data.draw(st.permutations(manifests)))


# istiod names a virtual host after its longest host, which may hold a namespace: names as long
# as those before.
@settings(max_examples=100)
@given(meshes(), st.sampled_from([("kappa", "zeta"), ("zebra", "apex"), ("omega", "dawn")]))
def test_another_name_of_a_namespace_changes_names_alone(manifests, new) -> None:
    names = dict(zip(TEAMS, new, strict=True))
    rows, gateways = truth(manifests)
    other_rows, other_gateways = truth(rename(manifests, names))
    assert sorted(json.dumps(rename(json.loads(row), names), sort_keys=True) for row in rows) == (
        other_rows
    )
    assert _sorted(rename(gateways, names)) == _sorted(other_gateways)


@settings(max_examples=100)
@given(meshes())
def test_another_name_of_the_root_namespace_changes_names_alone(manifests) -> None:
    names = {ROOT: "mesh-central"}
    rows, gateways = truth(manifests)
    other_rows, other_gateways = truth(rename(manifests, names), "mesh-central")
    assert sorted(json.dumps(rename(json.loads(row), names), sort_keys=True) for row in rows) == (
        other_rows
    )
    assert _sorted(rename(gateways, names)) == _sorted(other_gateways)


def _sorted(gateways):
    """Configurations of gateways, with texts in which words were changed sorted again."""
    return {
        name: {
            "never": sorted(one["never"]),
            "rest": _text(json.loads(one["rest"])),
            "routes": {
                key: sorted(_host(json.loads(text)) for text in texts)
                for key, texts in one["routes"].items()
            },
        }
        for name, one in gateways.items()
    }


STRANGER = "gamma"


def strangers():
    """A namespace that has a bit of everything, all of it about itself."""
    own = {"selector": {"istio": "strange"}, "servers": [
        {"port": {"number": 80, "protocol": "HTTP", "name": "http"}, "hosts": ["*"]},
        {"port": {"number": 443, "protocol": "TLS", "name": "tls"}, "hosts": ["a.test"],
         "tls": {"mode": "PASSTHROUGH"}},
    ]}  # fmt: skip
    route = {"name": "s", "route": [{"destination": {"host": "cart", "port": {"number": 80}}}]}
    subsets = [{"name": "v1", "labels": {"version": "v1"}}]
    tls = {"host": "cart", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}, "subsets": subsets}
    stamp = {"creationTimestamp": "2025-12-31T00:00:00Z"}
    ground = [*team(STRANGER), *entrance(STRANGER, "strange")]
    for one in ground:  # wildcard hosts of others must not mean its Services
        if one["kind"] == "Service":
            one["metadata"]["annotations"] = {"networking.istio.io/exportTo": "."}
    return [
        *ground,
        thing("Gateway", STRANGER, "strange", own, **stamp),
        thing("VirtualService", STRANGER, "v",
              {"hosts": ["a.test", "*"], "gateways": ["strange"], "http": [route]}, **stamp),
        thing("DestinationRule", STRANGER, "r", tls, **stamp),
        thing("DestinationRule", STRANGER, "all",
              {"host": "*.local", "exportTo": ["."], "trafficPolicy": {"tls": {"mode": "DISABLE"}}},
              **stamp),
        thing("PeerAuthentication", STRANGER, "p", {"mtls": {"mode": "STRICT"}}, **stamp),
    ]  # fmt: skip


@settings(max_examples=100)
@given(meshes(), st.booleans())
def test_an_unrelated_namespace_changes_no_row_and_no_route(manifests, is_first) -> None:
    more = strangers()
    rows, gateways = truth(manifests)
    all_rows, all_gateways = truth([*more, *manifests] if is_first else [*manifests, *more])
    assert rows == [row for row in all_rows if STRANGER not in row]
    for one in all_gateways.values():
        one["never"] = [entry for entry in one["never"] if STRANGER not in entry[0]]
    all_gateways.pop(f"{STRANGER}/strange")
    assert gateways == all_gateways


@settings(max_examples=30)
@given(manifests=meshes(), data=st.data())
def test_findings_follow_neither_order_nor_names(tmp_path_factory, manifests, data) -> None:
    directory = tmp_path_factory.mktemp("mesh")
    found = findings(manifests, directory)
    assert found == findings(data.draw(st.permutations(manifests)), directory)
    names = {"alpha": "kappa", "beta": "aleph"}
    other = findings(rename(manifests, names), directory)
    assert sorted(_text(rename(json.loads(one), names)) for one in found) == other


@settings(max_examples=30)
@given(manifests=meshes())
def test_an_unrelated_namespace_changes_no_finding_of_others(tmp_path_factory, manifests) -> None:
    directory = tmp_path_factory.mktemp("mesh")
    found = findings(manifests, directory)
    more = findings([*manifests, *strangers()], directory)
    assert found == [one for one in more if STRANGER not in one]
