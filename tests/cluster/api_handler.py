"""One connection of a client to the fake API server."""

import base64
import gzip
import json
import re
import socket
import struct
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from api_kinds import ServedKind, group_list, group_of, resource_list
from faults import Answer, DropWebSocket, EndWatch, Fault, failure
from protobuf import access_review
from selectors_of_lists import is_selected
from web_socket_server import WebSocketServer, accept_key, forward_port, refuse_port
from writes import Write, write

if TYPE_CHECKING:
    from api_server import ApiServer, RawApp


class Request(NamedTuple):
    """What a client asked; headers have small names."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    user: str
    body: bytes = b""
    groups: Sequence[str] = ()


_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Any

    def setup(self) -> None:
        super().setup()
        self.api: ApiServer = self.server.api
        self.certified = _common_name(self.connection.getpeercert())

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """The tests read ``requests``."""

    # Wire: what faults misuse

    def answer(self, answer: Answer) -> None:
        """Send a whole answer."""
        if len(answer.body) > _COMPRESSED and "gzip" in self.headers.get("accept-encoding", ""):
            headers = {**answer.headers, "Content-Encoding": "gzip"}
            answer = Answer(answer.status, headers, gzip.compress(answer.body, 1))
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += [f"Content-Length: {len(answer.body)}", "", ""]
        self.raw("\r\n".join(lines).encode() + answer.body)

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.wfile.write(data)

    def drop(self, *, reset: bool = False) -> None:
        """End the connection."""
        self.close_connection = True
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            self.connection.shutdown(socket.SHUT_WR)

    # Requests

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_PUT(self) -> None:
        self._respond()

    def do_PATCH(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def _respond(self) -> None:
        url = urlsplit(self.path)
        path = url.path.removeprefix(self.api.prefix)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        headers = {name.lower(): self.headers[name] for name in self.headers}  # the first counts
        body = self.rfile.read(int(headers.get("content-length", 0)))
        user = self._user(headers)
        groups = self.headers.get_all("impersonate-group", [])
        request = Request(self.command, path, query, headers, user or "", body, groups)
        self.api.requests.append((self.command, self.path))
        self.api.seen.append(request)
        fault = self.api.fault_for(path, query) or Fault()
        is_elsewhere = bool(self.api.prefix) and path == url.path
        if user is None or is_elsewhere:
            fault.apply(self, failure(401 if user is None else 404))
        elif (pod := _PORT_FORWARD.fullmatch(path)) and headers.get("upgrade"):
            self._forward(pod["namespace"], pod["pod"], request, fault)
        elif query.get("watch", "") in ("1", "true") and type(fault) in (Fault, EndWatch):
            self._watch(request, fault)
        else:
            fault.apply(self, self._answer(request))

    def _user(self, headers: dict[str, str]) -> str | None:
        user = self.certified or "system:anonymous"
        if given := headers.get("authorization", ""):
            kind, _, token = given.partition(" ")
            if kind.lower() != "bearer":
                return None
            account = self.api.issued.get(token)
            name = f"system:serviceaccount:{account[0]}:{account[1]}" if account else None
            user = self.api.users.get(token) or name or ""
        if not user:
            return None
        return headers.get("impersonate-user", user)

    def _answer(self, request: Request) -> Answer:
        path, user = request.path, request.user
        parts = [part for part in path.split("/") if part]
        match parts:
            case ["version"]:
                return _json({"major": "1", "minor": "34", "gitVersion": self.api.version})
            case ["healthz" | "readyz" | "livez"]:
                return Answer(200, {"Content-Type": "text/plain"}, b"ok")
            case _ if user == "system:anonymous":
                return failure(403, f'forbidden: User "{user}" cannot get path "{path}"')
            case ["api"]:
                return _json({"kind": "APIVersions", "versions": ["v1"]})
            case ["api", version]:
                return self._resources("", version)
            case ["apis"]:
                return _json(group_list(self.api.kinds))
            case ["apis", group]:
                versions = dict.fromkeys(k.version for k in self.api.kinds if k.group == group)
                return _json({"kind": "APIGroup", **group_of(group, tuple(versions))})
            case ["apis", group, version]:
                return self._resources(group, version)
            case ["api", version, *rest]:
                return self._objects("", version, rest, request)
            case ["apis", group, version, *rest]:
                return self._objects(group, version, rest, request)
        return failure(404, "the server could not find the requested resource")

    def _resources(self, group: str, version: str) -> Answer:
        kinds = [k for k in self.api.kinds if (k.group, k.version) == (group, version)]
        if not kinds:
            return failure(404, "the server could not find the requested resource")
        return _json(resource_list(f"{group}/{version}" if group else version, kinds))

    def _objects(self, group: str, version: str, rest: list[str], request: Request) -> Answer:
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        plural, name, sub = (*rest, "", "")[:3]
        kind = self.api.kind_at(group, version, plural)
        if kind is None:
            return failure(404, "the server could not find the requested resource")
        if kind.kind.startswith("SelfSubject"):
            return self._review(kind, request.body, request.user)
        verb = _VERBS.get(self.command) or ("get" if name else "list")
        if refused := self._refusal(
            verb, f"{plural}/{sub}" if sub else plural, kind, namespace, request.user
        ):
            return refused
        if request.body.startswith(b"k8s\0"):
            return failure(415, "the body is protobuf", "UnsupportedMediaType")
        if sub == "token":
            return self._token(namespace, name, json.loads(request.body))
        if self.command in _VERBS:
            return self._write(kind, namespace, name, request)
        if name:
            return self._one(kind, namespace, name)
        return self._list(kind, namespace, request)

    def _refusal(
        self, verb: str, plural: str, kind: ServedKind, namespace: str, user: str
    ) -> Answer | None:
        if not self.api.is_denied(verb, plural, namespace, user):
            return None
        where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
        return failure(
            403,
            f'{plural} is forbidden: User "{user}" cannot {verb} resource "{plural}" '
            f'in API group "{kind.group}" {where}',
        )

    def _write(self, kind: ServedKind, namespace: str, name: str, request: Request) -> Answer:
        body = json.loads(request.body) if request.body else None
        is_dry_run = request.query.get("dryRun") == "All"
        return write(
            self.api,
            Write(kind, namespace, name, self.command, body, request.user, is_dry_run),
        )

    def _one(self, kind: ServedKind, namespace: str, name: str) -> Answer:
        found = self.api.objects.get((kind.group, kind.plural), {}).get((namespace, name))
        if found is None:
            suffix = f".{kind.group}" if kind.group else ""
            return failure(404, f'{kind.plural}{suffix} "{name}" not found')
        return _json(_at(kind, found))

    def _list(self, kind: ServedKind, namespace: str, request: Request) -> Answer:
        query = request.query
        with self.api.changed:
            stored = list(self.api.objects.get((kind.group, kind.plural), {}).items())
        items = [
            _listed(kind, thing)
            for place, thing in sorted(stored, key=lambda pair: pair[0])
            if namespace in ("", place[0]) and is_selected(thing, query)
        ]
        start = 0
        if token := query.get("continue"):
            start = json.loads(base64.urlsafe_b64decode(token))["start"]
        limit = int(query.get("limit", 0)) or len(items) or 1
        page, left = items[start : start + limit], len(items) - start - limit
        metadata: dict[str, Any] = {"resourceVersion": str(self.api.revision)}
        if left > 0:
            token = base64.urlsafe_b64encode(
                json.dumps({"v": "x", "start": start + limit}).encode()
            )
            metadata |= {"continue": token.decode(), "remainingItemCount": left}
        identity = {"kind": f"{kind.kind}List", **_api_version(kind)}
        if "as=PartialObjectMetadataList" in request.headers.get("accept", ""):
            identity = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
            own = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            page = [{**own, "metadata": item["metadata"]} for item in page]
        return _json({**identity, "metadata": metadata, "items": page})

    def _token(self, namespace: str, account: str, asked: dict[str, Any]) -> Answer:
        if ("", "serviceaccounts") not in self.api.objects or (
            namespace,
            account,
        ) not in self.api.objects["", "serviceaccounts"]:
            return failure(404, f'serviceaccounts "{account}" not found')
        spec = asked.get("spec", {})
        audiences = tuple(spec.get("audiences") or ["https://kubernetes.default.svc"])
        seconds = spec.get("expirationSeconds", 3600)
        if seconds < 600:
            return failure(
                422, "spec.expirationSeconds: may not specify a duration less than 10 minutes"
            )
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        token = self.api.issue(namespace, account, audiences)
        status = {"token": token, "expirationTimestamp": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return _json({**asked, "kind": "TokenRequest", "status": status}, 201)

    def _review(self, kind: ServedKind, body: bytes, user: str) -> Answer:
        if kind.kind != "SelfSubjectAccessReview":
            return failure(404)
        asked = access_review(body) if body.startswith(b"k8s\0") else json.loads(body)
        attributes = asked["spec"].get("resourceAttributes", {})
        plural = attributes.get("resource", "")
        if attributes.get("subresource"):
            plural += "/" + attributes["subresource"]
        denied = self.api.is_denied(
            attributes.get("verb", ""), plural, attributes.get("namespace", ""), user
        )
        return _json({**asked, "status": {"allowed": not denied}}, 201)

    def _watch(self, request: Request, fault: Fault) -> None:
        root, *parts = [part for part in request.path.split("/") if part]
        group, version, *rest = ["", *parts] if root == "api" else parts
        namespace = rest[1] if len(rest) > 2 else ""
        kind = self.api.kind_at(group, version, rest[-1])
        if kind is None:
            self.answer(failure(404, "the server could not find the requested resource"))
        elif refused := self._refusal("watch", kind.plural, kind, namespace, request.user):
            self.answer(refused)
        elif (since := int(request.query.get("resourceVersion") or 0)) < self.api.forgotten:
            self.answer(failure(410, "too old resource version"))
        else:
            self.raw(_STREAM)
            seconds = float(request.query.get("timeoutSeconds") or 30)
            for event, thing in self.api.news((group, kind.plural), namespace, since, seconds):
                self._chunk({"type": event, "object": _at(kind, thing)})
                if isinstance(fault, EndWatch):
                    break
            if isinstance(fault, EndWatch):
                gone = json.loads(failure(410, "too old resource version").body)
                self._chunk({"type": "ERROR", "object": gone})
            self.raw(b"0\r\n\r\n")

    def _chunk(self, event: dict[str, Any]) -> None:
        line = json.dumps(event).encode() + b"\n"
        self.raw(b"%x\r\n%s\r\n" % (len(line), line))

    # Port-forward

    def _forward(self, namespace: str, pod: str, request: Request, fault: Fault) -> None:
        asked = request.headers
        protocols = [item.strip() for item in asked.get("sec-websocket-protocol", "").split(",")]
        kind = self.api.kind_at("", "v1", "pods")
        assert kind is not None
        refused = self._refusal("get", "pods/portforward", kind, namespace, request.user)
        known = (namespace, pod) in self.api.objects.get(("", "pods"), {})
        self.close_connection = True
        if not isinstance(fault, DropWebSocket) and type(fault) is not Fault:
            fault.apply(self, failure(500))
        elif refused is not None or not known:
            self.answer(refused or failure(404, f'pods "{pod}" not found'))
        elif _CHANNELS not in protocols or asked["upgrade"].lower() != "websocket":
            self.answer(failure(400, "unable to upgrade: no protocol in common"))
        else:
            self._upgrade(asked["sec-websocket-key"])
            dropped = fault.after if isinstance(fault, DropWebSocket) else None
            self._carry(namespace, pod, int(request.query["ports"]), dropped)

    def _upgrade(self, key: str) -> None:
        self.raw(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n"
        )

    def _carry(self, namespace: str, pod: str, port: int, dropped: int | None) -> None:
        web = WebSocketServer(self.connection)  # type: ignore[arg-type]
        app = self.api.app_at(namespace, pod, port)
        if app is None:
            refuse_port(
                web,
                port,
                f"error forwarding port {port} to pod 8f3a, uid : failed to execute portforward in "
                f"network namespace: failed to connect to localhost:{port} inside namespace, "
                "IPv4: dial tcp4 127.0.0.1: connect: connection refused",
            )
            return
        ours, its = socket.socketpair()
        threading.Thread(target=_run, args=(app, its), daemon=True).start()
        with ours:
            forward_port(web, port, ours, dropped_after=dropped)


def _run(app: "RawApp", connection: socket.socket) -> None:
    with connection:
        try:
            app(connection)
        except OSError:
            return


_COMPRESSED = 128 * 1024  # as the real one does
_CHANNELS = "v4.channel.k8s.io"
_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
_PORT_FORWARD = re.compile(
    r"/api/v1/namespaces/(?P<namespace>[^/]+)/pods/(?P<pod>[^/]+)/portforward"
)


def _common_name(certificate: Any) -> str:
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return ""


def _json(content: Any, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(content).encode())


def _api_version(kind: ServedKind) -> dict[str, str]:
    return {"apiVersion": f"{kind.group}/{kind.version}" if kind.group else kind.version}


def _listed(kind: ServedKind, thing: dict[str, Any]) -> dict[str, Any]:
    """As lists have it: custom resources say their kind again, built-in ones don't."""
    if kind.group.endswith((".istio.io", "gateway.networking.k8s.io")):
        return _at(kind, thing)
    return {key: value for key, value in thing.items() if key not in ("apiVersion", "kind")}


def _at(kind: ServedKind, thing: dict[str, Any]) -> dict[str, Any]:
    return {**thing, "kind": kind.kind, **_api_version(kind)}
