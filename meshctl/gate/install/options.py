"""How the webhook is to be installed, and the names that its objects share."""

from typing import Any, NamedTuple

from meshctl import __version__

NAME = "meshctl"
SERVICE = "meshctl-webhook"
TLS_SECRET = "meshctl-webhook-tls"  # noqa: S105 - the name of an object
PORT = 8443
HEALTH_PORT = 8080
SELECTOR = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/component": "webhook"}
LABELS = {**SELECTOR, "app.kubernetes.io/managed-by": NAME}

Object = dict[str, Any]


class Install(NamedTuple):
    """What can be chosen; a chart has values in their place."""

    namespace: str = "meshctl"
    mode: str = "warn"
    image: str = f"meshctl:{__version__}"
    replicas: Any = 2
    failure_policy: str = "Ignore"
    cert_manager: bool = False
    service_monitor: bool = True
    reads_secrets: bool = False
    root_namespace: str = "istio-system"


def meta(name: str, namespace: str = "") -> Object:
    """Make the metadata of an object."""
    home = {"namespace": namespace} if namespace else {}
    return {"name": name, **home, "labels": dict(LABELS)}
