"""Who may call a pod in ambient mode, by what ztunnel gets of the policies."""

from typing import Any

import pytest

from meshctl.inspect.describe import describe
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.output.describe.text import lines
from meshctl.resources import make_resource
from meshctl.settings import Settings
from meshctl.sources.documents import Document

GET = {"to": [{"operation": {"methods": ["GET"]}}]}
GET_AT_8080 = {"to": [{"operation": {"methods": ["GET"], "ports": ["8080"]}}]}
GET_AT_9000 = {"to": [{"operation": {"methods": ["GET"], "ports": ["9000"]}}]}
HALL = {"from": [{"source": {"namespaces": ["hall"]}}]}


def make(kind: str, name: str, **rest: Any) -> Any:
    group = "security.istio.io/v1" if kind == "AuthorizationPolicy" else "v1"
    metadata = {"name": name, "namespace": "library", **rest.pop("metadata", {})}
    data = {"apiVersion": group, "kind": kind, "metadata": metadata, **rest}
    return make_resource(Document("f", 1, "", data), data, (), "library")


def policy(action: str, *rules: Any, **spec: Any) -> Any:
    return make("AuthorizationPolicy", "p", spec={"action": action, "rules": list(rules), **spec})


def described(*policies: Any) -> Any:
    pod = make(
        "Pod", "desk-0",
        metadata={
            "labels": {"app": "desk"},
            "annotations": {"ambient.istio.io/redirection": "enabled"},
        },
        spec={"containers": [{"name": "app"}]},
        status={"phase": "Running", "podIP": "10.0.0.1"},
    )  # fmt: skip
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    service = make("Service", "desk", spec={"selector": {"app": "desk"}, "ports": ports})
    mesh = Mesh((pod, service, *policies), MeshConfig(), is_whole=True)
    return describe(mesh, "pod", "desk-0.library", Settings())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (policy("ALLOW", GET), "may call: nobody: of library/p no rule of ALLOW is left"),
        (policy("ALLOW", GET, HALL), "may call: who meets a rule of ALLOW: namespaces hall"),
        (policy("ALLOW", {}), "may call: everyone, as a rule of ALLOW has no condition"),
        (policy("DENY", {}), "may call: nobody: AuthorizationPolicy library/p denies everything"),
        (policy("DENY", GET), "may call: everyone, as ztunnel gets no AuthorizationPolicy"),
        (policy("DENY", GET), "rule 0 denies nothing, as ztunnel can't see requests (methods)"),
        (policy("DENY", GET_AT_8080), "nobody: library/p denies every connection to port 8080"),
        (policy("DENY", GET_AT_9000), "rule 0 denies more than it says"),
        (policy("DENY", GET_AT_9000), "but nobody with a connection that meets a rule of DENY"),
        (policy("AUDIT", GET), "ztunnel doesn't get it: ztunnel does not support the AUDIT action"),
        (policy("DENY", HALL, selector={}), "names it for no workload, as its selector has no"),
    ],
)
def test_who_may_call(written: Any, expected: str) -> None:
    assert expected in "\n".join(lines(described(written)))
