"""Small meshes with gateways."""

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

LABELS = {"istio": "ingressgateway"}


def thing(kind, name, spec, *, group="networking.istio.io/v1", age=None, **meta):
    namespace, _, own = name.rpartition("/")
    metadata = {"name": own, "namespace": namespace or "shop", **meta}
    if age is not None:
        metadata["creationTimestamp"] = f"2026-01-01T00:00:{age:02}Z"
    data = {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": spec}
    return make_resource(Document("data", 1, "", data), data, (), "default")


def server(port, protocol, *hosts, name="", bind=None, **tls):
    written = {"port": {"number": port, "protocol": protocol, "name": name or f"p{port}"}}
    written["hosts"] = list(hosts)
    if bind:
        written["bind"] = bind
    if tls:
        written["tls"] = tls
    return written


def gateway(name, *servers, age=None, selector=None):
    chosen = LABELS if selector is None else selector
    return thing("Gateway", name, {"selector": chosen, "servers": list(servers)}, age=age)


def routes_for(name, hosts, gateways, *http, age=None, **spec):
    spec |= {"hosts": hosts, "gateways": gateways}
    if http:
        spec["http"] = list(http)
    return thing("VirtualService", name, spec, age=age)


def route(name="", *, to="shop", **settings):
    return {"name": name, "route": [{"destination": {"host": to}}], **settings}


def delegate(name, *http, **spec):
    return thing("VirtualService", name, {"http": list(http), **spec})


def pods(name="istio-system/ingress", labels=None, **spec):
    template = {"metadata": {"labels": LABELS if labels is None else labels}, "spec": spec}
    return thing("Deployment", name, {"template": template}, group="apps/v1")


def service(name="istio-system/ingress", ports=((80, 8080), (443, 8443)), selector=None, **meta):
    spec = {
        "selector": LABELS if selector is None else selector,
        "ports": [{"name": f"p{p}", "port": p, "targetPort": target} for p, target in ports],
    }
    return thing("Service", name, spec, group="v1", **meta)


def mesh(*resources, config=None, is_whole=False):
    return Mesh(resources, config or MeshConfig(), is_whole=is_whole)


def only(made):
    (found,) = made.gateways
    return found


def hosts_of(effective):
    """Route configurations as domains with the names of their routes."""
    return {
        config: {domain: [r.name for r in host.routes] for host in hosts for domain in host.domains}
        for config, hosts in effective.route_configs.items()
    }
