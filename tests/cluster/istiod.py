"""An istiod inside the test: it answers what a test gives it, to whom the real one would."""
# ruff: noqa: ARG002 - each answers to the same call

import base64
import copy
import json
import socket
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from api_server import ApiServer
from http_app import Direct, serve_http
from pki import Authority

Reply = tuple[int, dict[str, str], bytes]
AUDIENCE = "istio-ca"
MONITORING, DEBUG, WEBHOOK = 15014, 8080, 15017


class Istiod:
    """One replica, as a pod of an API server.

    ``syncz`` is what ``/debug/syncz`` says, ``dumps`` the ``config_dump`` of each proxy id, and
    ``inject`` makes the response of an AdmissionReview out of its request.
    """

    def __init__(
        self,
        server: ApiServer,
        name: str = "istiod-1",
        *,
        namespace: str = "istio-system",
        revision: str = "default",
        version: str = "1.31.0-a8d7012191ebf42bacd48fa72b32a05828e4c564-Clean",
        syncz: Any = (),
        dumps: dict[str, Any] | None = None,
        inject: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        phase: str = "Running",
    ) -> None:
        self.server, self.name, self.namespace = server, name, namespace
        self.version, self.syncz, self.dumps = version, syncz, dumps or {}
        self.inject = inject or (lambda request: {"uid": request.get("uid", ""), "allowed": True})
        self.asked: list[str] = []
        server.add(_pod(name, namespace, revision, phase))
        server.serve_port(namespace, name, MONITORING, self.from_the_pod)
        server.serve_port(namespace, name, DEBUG, self.from_the_pod_at_8080)
        server.serve_raw_port(namespace, name, WEBHOOK, self._webhook)

    def die(self) -> None:
        """The pod is still listed, but nothing answers."""
        for port in (MONITORING, DEBUG, WEBHOOK):
            self.server.close_port(self.namespace, self.name, port)

    # Who may ask what: measured at istiod 1.31

    def from_the_pod(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """15014 from the loopback address, which needs no token; a port-forward is that too."""
        return self._monitoring(path, None)

    def from_the_pod_at_8080(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        """8080 from the loopback address: debug, and readiness."""
        if urlsplit(path).path == "/ready":
            return 200, {}, b""
        return (404, {}, _LOST) if path == "/version" else self._monitoring(path, None)

    def from_elsewhere(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """15014 from another host: debug needs a token for the audience ``istio-ca``."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        namespace, _, audiences = self.server.issued.get(token, ("", "", ()))
        return self._monitoring(path, namespace if AUDIENCE in audiences else "")

    def listen(self) -> Direct:
        """Answer on a port of this machine, as another host would see 15014."""
        return Direct(self.from_elsewhere)

    def _monitoring(self, path: str, namespace: str | None) -> Reply:
        """``None`` is the loopback address, and an empty namespace somebody unknown."""
        self.asked.append(path)
        url = urlsplit(path)
        if url.path == "/version":
            return 200, {"Content-Type": "text/plain"}, self.version.encode()
        if not url.path.startswith("/debug/"):
            return 404, {}, _LOST
        if namespace == "":
            return 401, {}, b""
        if url.path == "/debug/config_dump":
            return self._config_dump(parse_qs(url.query).get("proxyID", [""])[0], namespace)
        if namespace not in (None, self.namespace):
            return 403, {}, b""
        return _json(self.syncz) if url.path == "/debug/syncz" else (404, {}, _LOST)

    def _config_dump(self, proxy: str, namespace: str | None) -> Reply:
        is_allowed = namespace in (None, self.namespace, proxy.rpartition(".")[2])
        if proxy in self.dumps and is_allowed:
            return _json(self.dumps[proxy])
        return 404, {"Content-Type": "text/plain"}, _NOT_CONNECTED

    # The webhook

    @property
    def authority(self) -> str:
        """Who signed the certificate of the webhook, as PEM."""
        return _AUTHORITY.certificate.decode()

    @property
    def ca_bundle(self) -> str:
        """The ``caBundle`` of the webhook configuration."""
        return base64.b64encode(_AUTHORITY.certificate).decode()

    def _webhook(self, connection: socket.socket) -> None:
        pair = _AUTHORITY.server((f"istiod.{self.namespace}.svc", "127.0.0.1"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair.write(self.server.directory, f"{self.name}-webhook"))
        with context.wrap_socket(connection, server_side=True) as secure:
            serve_http(secure, self._admit)

    def _admit(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        self.asked.append(path)
        if not path.startswith("/inject"):
            return 404, {}, _LOST
        review = json.loads(body)
        response = self.inject(copy.deepcopy(review["request"]))
        kind = {key: review[key] for key in ("apiVersion", "kind")}
        return _json({**kind, "response": response})


def _pod(name: str, namespace: str, revision: str, phase: str) -> dict[str, Any]:
    labels = {"app": "istiod", "istio": "pilot", "istio.io/rev": revision}
    ready = {"type": "Ready", "status": "True" if phase == "Running" else "False"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "discovery", "image": "istio/pilot:1.31.0"}]},
        "status": {"phase": phase, "conditions": [ready], "podIP": "10.244.0.10"},
    }


def _json(content: Any) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


_AUTHORITY = Authority("istiod-ca")
_LOST = b"404 page not found\n"
_NOT_CONNECTED = (
    b"Proxy not connected to this Pilot instance. It may be connected to another instance."
)
