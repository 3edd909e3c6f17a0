"""Who may call a Service, as ``describe`` answers it."""

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.describe.callers import callers
from meshctl.output.describe.callers import caller_lines
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded
from meshctl.yaml.reader import parse_one

NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: harbour, labels: {istio-injection: enabled}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: %(name)s, namespace: harbour, labels: {app: %(name)s}}
spec: {serviceAccountName: %(name)s, containers: [{name: app}]}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: crane, namespace: harbour}
spec: {selector: {app: crane}, ports: [{name: http, port: 80}]}
"""
ALLOW = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: pilots, namespace: harbour}
spec:
  selector: {matchLabels: {app: crane}}
  rules: [{from: [{source: {principals: ["*/sa/pilot"]}}]}]
"""
BASE = (NAMESPACE, *(POD % {"name": name} for name in ("crane", "pilot", "tug")), SERVICE)


def decisions(*texts: str) -> dict[str, tuple[str, str | None]]:
    documents = [Document("a.yaml", 1, text, parse_one(text)) for text in texts]
    mesh = load_mesh(Loaded(1, documents, []), Settings(whole_mesh=True))
    host = next(one for one in mesh.registry if one.host.startswith("crane."))
    return {one.service_account: (one.decision, one.policy) for one in callers(mesh, host, "x")}


def test_callers_are_listed_by_identity_with_the_policy_that_decides() -> None:
    found = decisions(*BASE, ALLOW)
    assert found["pilot"] == ("allow", "harbour/pilots")
    assert found["tug"][0] == "deny"


def test_without_policies_nobody_is_listed() -> None:
    assert decisions(*BASE) == {}
    assert list(caller_lines(())) == []
