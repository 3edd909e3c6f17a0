"""An API server of Kubernetes inside the test: TLS, users, lists, watches, port-forward."""

import base64
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self

import yaml
from api_handler import Handler, Request
from api_kinds import ServedKind, known_kinds, plural_of, split
from faults import Fault
from http_app import HttpApp, serve_http
from pki import Authority, trusting
from writes import Webhook

RawApp = Callable[[socket.socket], None]
USER, TOKEN_USER, TOKEN = "operator", "robot", "robot-token"
PAGE = 500


class Denial(NamedTuple):
    """A rule of what a user may not do; what is empty holds for all."""

    verb: str
    plural: str
    namespace: str
    user: str

    def holds(self, verb: str, plural: str, namespace: str, user: str) -> bool:
        """Is this what is denied?"""
        asked = (verb, plural, namespace, user)
        return all(mine in ("", "*", its) for mine, its in zip(self, asked, strict=True))


class _Planned:
    def __init__(self, prefix: str, fault: Fault, times: int, query: str) -> None:
        self.prefix, self.fault, self.times, self.query = prefix, fault, times, query


class ApiServer:
    """Serves the objects that a test adds; ``kubeconfig`` is the path of a real kubeconfig."""

    def __init__(
        self,
        *,
        without: Iterable[str] = (),
        hosts: tuple[str, ...] = ("127.0.0.1", "localhost"),
        is_expired: bool = False,
        prefix: str = "",
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="api-server-"))
        self.kinds = known_kinds(without)
        self.requests: list[tuple[str, str]] = []
        self.seen: list[Request] = []
        self.objects: dict[tuple[str, str], dict[tuple[str, str], dict[str, Any]]] = {}
        self.events: list[tuple[int, str, tuple[str, str], dict[str, Any]]] = []
        self.users = {TOKEN: TOKEN_USER}
        self.crashes: list[BaseException] = []
        self.issued: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        self.version = "v1.34.1"
        self.prefix = prefix
        self.page = PAGE
        self.connections: set[ssl.SSLSocket] = set()
        self.changed = threading.Condition()
        self.closed = False
        self.webhook: Webhook | None = None
        self._denials: list[Denial] = []
        self._faults: list[_Planned] = []
        self._ports: dict[tuple[str, str, int], RawApp] = {}
        self.revision = 1000
        self.forgotten = 0
        self._ca = Authority()
        self._serve(hosts, is_expired=is_expired)
        self.kubeconfig = self.write_kubeconfig()

    def _serve(self, hosts: tuple[str, ...], *, is_expired: bool) -> None:
        lifetime = timedelta(hours=-1) if is_expired else timedelta(days=1)
        (self.directory / "ca.crt").write_bytes(self._ca.certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._ca.server(hosts, lifetime).write(self.directory, "server"))
        context.load_verify_locations(cadata=self._ca.certificate.decode())
        context.verify_mode = ssl.CERT_OPTIONAL
        self._context = context
        self._listen(0)

    def _listen(self, port: int) -> None:
        self._http = _Listener(self, self._context, port)
        self.port = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    # What a test says

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}{self.prefix}"

    def add(self, thing: dict[str, Any]) -> dict[str, Any]:
        """Serve an object, or a new state of it; a List is taken apart."""
        if thing.get("kind", "").endswith("List") and "items" in thing:
            kind = thing["kind"].removesuffix("List")
            for item in thing["items"]:
                self.add({"apiVersion": thing.get("apiVersion"), "kind": kind, **item})
            return thing
        return self._put(thing)

    def _put(self, thing: dict[str, Any]) -> dict[str, Any]:
        group, version = split(thing["apiVersion"])
        self._know(group, version, thing["kind"], is_namespaced="namespace" in thing["metadata"])
        key = group, plural_of(thing["kind"])
        is_namespaced = next(k for k in self.kinds if (k.group, k.plural) == key).is_namespaced
        metadata = {"creationTimestamp": "2026-11-21T06:00:00Z", **thing["metadata"]}
        if is_namespaced:
            metadata.setdefault("namespace", "default")
        with self.changed:
            metadata["resourceVersion"] = str(revision := self._next())
            metadata.setdefault("uid", f"00000000-0000-4000-8000-{revision:012d}")
            stored = {**thing, "metadata": metadata}
            place = metadata.get("namespace", "") if is_namespaced else "", metadata["name"]
            old = self.objects.setdefault(key, {}).get(place)
            self.objects[key][place] = stored
            self.events.append((revision, "MODIFIED" if old else "ADDED", key, stored))
            self.changed.notify_all()
        return stored

    def serve_kind(self, api_version: str, kind: str) -> None:
        """Serve a kind of which there is no object yet."""
        self._know(*split(api_version), kind, is_namespaced=True)

    def remove(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        """Serve an object no more."""
        key = split(api_version)[0], plural_of(kind)
        with self.changed:
            gone = self.objects[key].pop((namespace, name))
            self.events.append((self._next(), "DELETED", key, gone))
            self.changed.notify_all()

    def serve_port(self, namespace: str, pod: str, port: int, app: HttpApp) -> None:
        """Answer HTTP behind the port-forward to a port of a pod."""
        self.serve_raw_port(namespace, pod, port, lambda connection: serve_http(connection, app))

    def serve_raw_port(self, namespace: str, pod: str, port: int, app: RawApp) -> None:
        """Run an application on the connections to a port of a pod."""
        self._ports[namespace, pod, port] = app

    def close_port(self, namespace: str, pod: str, port: int) -> None:
        """Nothing listens on that port any more; the pod may live on."""
        del self._ports[namespace, pod, port]

    def fail(self, prefix: str, fault: Fault, *, times: int = 1, query: str = "") -> None:
        """Misbehave on the next requests of that path, only on those with a query parameter."""
        self._faults.append(_Planned(prefix, fault, times, query))

    def deny(self, verb: str, plural: str, namespace: str = "", user: str = "") -> None:
        """Forbid something; ``pods/portforward`` is a plural too."""
        self._denials.append(Denial(verb, plural, namespace, user))

    def is_denied(self, verb: str, plural: str, namespace: str, user: str) -> bool:
        """Was this forbidden?"""
        return any(denial.holds(verb, plural, namespace, user) for denial in self._denials)

    def write_kubeconfig(
        self,
        name: str = "config",
        *,
        context: str = "certificate",
        namespace: str = "",
        cluster: dict[str, Any] | None = None,
        user: dict[str, Any] | None = None,
    ) -> str:
        """Write a kubeconfig and give its path.

        Its contexts are ``certificate`` and ``token``; ``cluster`` and ``user`` change the fields
        of the cluster and of the user of a third context, ``custom``.
        """
        certificate = self._ca.client(USER, "operators")
        encoded = [base64.b64encode(part).decode() for part in certificate]
        reached = {"server": self.url, "certificate-authority": str(self.directory / "ca.crt")}
        reached.update(cluster or {})
        users = {
            "certificate": {
                "client-certificate-data": encoded[0],
                "client-key-data": encoded[1],
            },
            "token": {"token": TOKEN},
            "custom": user or {},
        }
        where = {"namespace": namespace} if namespace else {}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "custom" if user is not None else context,
            "clusters": [{"name": "fake", "cluster": {k: v for k, v in reached.items() if v}}],
            "contexts": [
                {"name": each_user, "context": {"cluster": "fake", "user": each_user, **where}}
                for each_user in users
            ],
            "users": [{"name": each_user, "user": of} for each_user, of in users.items()],
        }
        path = self.directory / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content))
        return str(path)

    def hang_up(self) -> None:
        """End the connections that are open, as idle ones are after a while."""
        for connection in list(self.connections):
            with suppress(OSError):  # it has ended by itself
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def client_context(self) -> ssl.SSLContext:
        """The TLS of a client with the certificate of the user."""
        context = trusting(self._ca.certificate.decode())
        context.load_cert_chain(*self._ca.client(USER).write(self.directory, "client"))
        return context

    def stop(self) -> None:
        """Stop as for an upgrade: nobody listens, and what is open ends."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        self._http.shutdown()
        self._http.server_close()
        self.hang_up()

    def start(self) -> None:
        """Start again at the same port, with the objects but without what has happened to them."""
        with self.changed:
            self.closed = False
            self.events.clear()
            self.forgotten = self.revision
        self._listen(self.port)

    def close(self) -> None:
        """Stop; the files are gone too."""
        self.stop()
        shutil.rmtree(self.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What the handlers ask

    def _next(self) -> int:
        self.revision += 1
        return self.revision

    def news(
        self, key: tuple[str, str], namespace: str, since: int, seconds: float
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The events of a kind after a revision, until a time has passed."""
        end, position = time.monotonic() + seconds, 0
        while not self.closed and (left := end - time.monotonic()) > 0:
            with self.changed:
                if position == len(self.events):
                    self.changed.wait(left)
                events, position = self.events[position:], len(self.events)
            for revision, event, its, thing in events:
                is_there = namespace in ("", thing["metadata"].get("namespace", ""))
                if revision > since and its == key and is_there:
                    yield event, thing

    def _know(self, group: str, version: str, kind: str, *, is_namespaced: bool) -> None:
        known = [k for k in self.kinds if (k.group, k.kind) == (group, kind)]
        if not any(k.version == version for k in known):
            scope = known[0].is_namespaced if known else is_namespaced
            self.kinds.append(ServedKind(group, version, kind, plural_of(kind), scope))

    def kind_at(self, group: str, version: str, plural: str) -> ServedKind | None:
        """The kind of a path."""
        wanted = group, version, plural
        return next((k for k in self.kinds if (k.group, k.version, k.plural) == wanted), None)

    def fault_for(self, path: str, query: dict[str, str]) -> Fault | None:
        """The fault that a request runs into."""
        for planned in self._faults:
            matches = path.startswith(planned.prefix) and planned.query in (*query, "")
            if matches and planned.times > 0:
                planned.times -= 1
                return planned.fault
        return None

    def app_at(self, namespace: str, pod: str, port: int) -> RawApp | None:
        """What listens on a port of a pod."""
        return self._ports.get((namespace, pod, port))

    def issue(self, namespace: str, account: str, audiences: tuple[str, ...]) -> str:
        """A token of a ServiceAccount."""
        token = f"{namespace}.{account}.{self._next()}"
        self.issued[token] = namespace, account, audiences
        return token


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, api: ApiServer, context: ssl.SSLContext, port: int) -> None:
        self.api, self.context = api, context
        super().__init__(("127.0.0.1", port), Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(30)
        try:
            connection = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return
        with connection:
            self.api.connections.add(connection)
            try:
                self.RequestHandlerClass(connection, client_address, self)
            finally:
                self.api.connections.discard(connection)

    def handle_error(self, *_: object) -> None:
        """Clients may leave at any time; what else goes wrong is ours and fails the test."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.api.crashes.append(error)
