"""Rows of ``tls-check`` say which hosts a Sidecar hides from the client."""

from meshctl.inspect.tls.check import TlsCheck
from meshctl.mesh import Mesh
from meshctl.resources import make_resource
from meshctl.sources.documents import Document


def thing(kind, name, spec, group="v1"):
    namespace, _, own = name.partition("/")
    metadata = {"name": own, "namespace": namespace}
    data = {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": spec}
    return make_resource(Document("data", 1, "", data), data, (), "default")


def service(name, port=80):
    return thing("Service", name, {"selector": {"a": "b"}, "ports": [{"port": port}]})


def test_rows_of_hidden_hosts_say_so() -> None:
    labels = {"sidecar.istio.io/inject": "true"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app"}]}}
    made = Mesh([
        thing("Deployment", "shop/pages", {"template": pod}, "apps/v1"),
        service("shop/near"), service("depot/far"),
        thing("Sidecar", "shop/default", {"egress": [{"hosts": ["./*"]}]}, "networking.istio.io/v1"),
    ])  # fmt: skip
    reasons = {row.host.partition(".")[0]: row.reason for row in TlsCheck(made).rows()}
    assert "hidden from this client by Sidecar shop/default" in reasons["far"]
    assert "hidden" not in reasons["near"]
