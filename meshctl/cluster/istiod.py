"""Asks every running istiod replica at once, each by itself.

Inside its pod istiod asks nobody who they are, which is where a port-forward ends. From outside it
wants a token for the audience ``istio-ca`` (pilot/pkg/xds/debug.go, Istio 1.31); the pod proxy of
the API server passes none on.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from meshctl.cluster.api import Cluster, ClusterError, ForbiddenError, PodPort
from meshctl.cluster.http.body import parse_json
from meshctl.cluster.injector import revision_of
from meshctl.cluster.kinds import kind_of
from meshctl.errors import UsageError
from meshctl.istio.labels import REVISION
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.plain_objects import label, mapping, mappings, runs, text
from meshctl.plain_objects import name as name_of
from meshctl.plain_objects import namespace as namespace_of
from meshctl.words import quoted, without_password

if TYPE_CHECKING:
    from meshctl.cluster.http.exchange import HttpAnswer

MONITORING_PORT = 15014
_ENVOY_ADMIN_PORT = 15000
_AUDIENCE = "istio-ca"
_TOKEN_SECONDS = 600
_THREADS = 32
_OK = 200
_POD = kind_of("", "v1", "Pod")
_WEBHOOK = kind_of("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration")
_VERSION = re.compile(r"(?P<version>.+?)-(?:[0-9a-f]{40}|unknown)-\w+")
_UNKNOWN_CALLER = "it doesn't know the caller; with --istiod-address a token is sent"
_REFUSED_TOKEN = "it doesn't take the token; --istio-namespace has to be its own"  # noqa: S105
_UNAUTHORIZED = 401

Asker = Callable[[str, str, float], "HttpAnswer"]
"""Asks for a path, with a token or without, within some seconds."""


class IstiodAnswer(NamedTuple):
    """What one replica said, or why it said nothing."""

    istiod: str
    revision: str = ""
    version: str = ""
    body: bytes = b""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Istiod:
    """A replica of istiod, and how to reach it; ``token`` is for callers from outside."""

    name: str
    revision: str
    asker: Asker
    token: str = ""

    def get(self, path: str, seconds: float) -> bytes:
        """Ask for one path; raises ``ClusterError`` after that time at the latest."""
        try:
            return _get(self.asker, path, self.token, seconds)
        except ForbiddenError as error:
            message = f"{error}; --istiod-address leads to istiod without a port-forward"
            raise ForbiddenError(message) from error

    def ask(self, path: str, seconds: float) -> IstiodAnswer:
        """Ask for one path, and which version this is; every failure becomes part of the answer."""
        try:
            body = self.get(path, seconds)
        except ClusterError as error:
            return IstiodAnswer(self.name, self.revision, error=str(error))
        try:
            version = _version(self.get("/version", seconds))
        except ClusterError:
            version = ""  # what it was asked for counts more
        return IstiodAnswer(self.name, self.revision, version, body)


class IstiodPlace(NamedTuple):
    """Where istiod is: in a namespace, of one revision (or tag) or of any, or at one address.

    ``address`` is ``HOST[:PORT]`` and wants a token; at ``url`` it is asked without one.
    """

    namespace: str = ISTIO_NAMESPACE
    revision: str = ""
    address: str = ""
    url: str = ""


class Istiods:
    """The istiods that are meant, each asked within ``timeout`` seconds."""

    def __init__(self, connect: Callable[[], Cluster], timeout: float, where: IstiodPlace) -> None:
        if where.address and where.url:
            raise UsageError("give --istiod-address or --istiod-url, not both")
        self._connect, self._timeout = connect, timeout
        self._namespace, self._revision, self._address, self._url = where

    @cached_property
    def cluster(self) -> Cluster:
        """The cluster, reached when it is first needed."""
        return self._connect()

    @property
    def home(self) -> str:
        """The namespace of the context; empty where a URL makes do without a cluster."""
        return "" if self._url else self.cluster.namespace

    def pods(self, selector: str, namespace: str) -> frozenset[str]:
        """Name the pods with some labels as proxies are named, ``POD.NAMESPACE``."""
        found = self.cluster.list(_POD, namespace, selector)
        return frozenset(f"{name_of(pod)}.{namespace_of(pod)}" for pod in found)

    def proxies(self) -> list[IstiodAnswer]:
        """Ask every replica which proxies it has."""
        return self._ask("/debug/syncz")

    def config_dump(self, istiod: str, proxy: str) -> Any:
        """Ask the istiod of a proxy what it has for it."""
        path = f"/debug/config_dump?proxyID={quote(proxy)}&include_eds=true"
        with _about(f"istiod {istiod}"):
            for each_istiod in self._istiods():
                if each_istiod.name == istiod:
                    return read_json(each_istiod.get(path, self._timeout))
            raise ClusterError("it is gone; try again")

    def envoy_dump(self, namespace: str, pod: str) -> Any:
        """Ask the Envoy in a pod what it runs."""
        asker = partial(_through_pod, self.cluster, PodPort(namespace, pod, _ENVOY_ADMIN_PORT))
        with _about(f"the Envoy of {pod}.{namespace}"):
            try:
                return read_json(_get(asker, "/config_dump?include_eds", "", self._timeout))
            except ForbiddenError as error:
                raise ForbiddenError(f"{error}; --file reads a dump made otherwise") from error

    def _ask(self, path: str) -> list[IstiodAnswer]:
        """Ask every replica for a path, in the order of their names."""
        from meshctl.cluster.in_threads import in_threads  # noqa: PLC0415 - nobody else needs it

        found = self._istiods()
        return [*in_threads(lambda istiod: istiod.ask(path, self._timeout), found, _THREADS)]

    def _istiods(self) -> list[Istiod]:
        if self._url:
            return [_at_url(self._url, "")]
        if self._address:
            token = _request_token(self.cluster, self._namespace)
            return [_at_url(_url_of(self._address), token)]
        return self._running()

    def _running(self) -> list[Istiod]:
        """List the running replicas; a revision may be named by its tag."""
        pods = self._pods()
        revision = self._revision
        if revision and revision not in map(_revision_of, pods):
            revision = revision_of(self.cluster, revision)
        found = [
            Istiod(
                name, _revision_of(pod), partial(_through_pod, self.cluster, self._port_of(name))
            )
            for pod in pods
            for name in [name_of(pod)]
            if name and runs(pod) and (not revision or _revision_of(pod) == revision)
        ]
        if not found:
            raise ClusterError(self._why_none(pods))
        return sorted(found, key=lambda istiod: istiod.name)

    def _port_of(self, pod: str) -> PodPort:
        return PodPort(self._namespace, pod, MONITORING_PORT)

    def _pods(self) -> list[dict[str, Any]]:
        try:
            return list(self.cluster.list(_POD, self._namespace, "app=istiod"))
        except ForbiddenError as error:
            message = f"{error}; --istiod-address or --istiod-url leads to istiod without its pods"
            raise ForbiddenError(message) from error

    def _webhooks(self) -> list[dict[str, Any]]:
        """List the injection webhooks, as far as they may be read: they only help."""
        try:
            return list(self.cluster.list(_WEBHOOK, "", REVISION))
        except ClusterError:
            return []

    def _why_none(self, pods: list[dict[str, Any]]) -> str:
        where = f"namespace {self._namespace}"
        revisions = sorted({_revision_of(pod) for pod in pods if runs(pod)})
        if revisions:
            known = ", ".join(revisions)
            return f"no istiod of revision {self._revision} runs in {where}; there are: {known}"
        if pods:
            return f"none of the {len(pods)} istiod pods in {where} runs; see kubectl get pods"
        for host in map(_outside_host, self._webhooks()):
            if host:
                return (
                    f"no istiod runs in {where}, and pods are injected by {host}: for a control "
                    f"plane outside the cluster try --istiod-address {host}"
                )
        return f"no istiod runs in {where}; try --istio-namespace, or --istiod-address"


@contextmanager
def _about(subject: str) -> Iterator[None]:
    """Say in failures whom they are about."""
    try:
        yield
    except ClusterError as error:
        raise type(error)(f"{subject}: {error}") from error


def _revision_of(pod: dict[str, Any]) -> str:
    return label(pod, REVISION) or "default"


def _outside_host(webhook: dict[str, Any]) -> str:
    """Name the host of a webhook that leads out of the cluster."""
    for each_webhook in mappings(webhook.get("webhooks")):
        if url := text(mapping(each_webhook.get("clientConfig")).get("url")):
            with suppress(ValueError):
                return urlsplit(url).hostname or ""
    return ""


def _request_token(cluster: Cluster, namespace: str) -> str:
    """Have a short-lived token made that istiod takes for one of its own namespace."""
    from meshctl.cluster.http.connection import sendable  # noqa: PLC0415 - asyncio takes 40 ms

    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [_AUDIENCE], "expirationSeconds": _TOKEN_SECONDS},
    }
    path = f"/api/v1/namespaces/{quote(namespace)}/serviceaccounts/default/token"
    try:
        answer = cluster.request("POST", path, body=body)
    except ClusterError as error:
        message = f"no token for istiod: {error}; with --istiod-url none is sent"
        raise ClusterError(message) from error
    token = text(mapping(mapping(answer).get("status")).get("token"))
    if not token:
        raise ClusterError("the API server answered a TokenRequest without a token; try again")
    return sendable(
        token, "the API server answered a TokenRequest with what is no token; try again"
    )


def _url_of(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return f"http://{address}"
    is_bare = ":" in address and not address.endswith("]")
    host = f"[{address}]" if is_bare else address
    return f"http://{host}:{MONITORING_PORT}"


def _at_url(url: str, token: str) -> Istiod:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or parts.path.strip("/") or parts.query:
        raise UsageError(
            f"{quoted(without_password(url))} is no address of istiod; "
            f"write http://HOST:{MONITORING_PORT}"
        )
    name = parts.netloc.rpartition("@")[2]
    return Istiod(name, "", partial(_at, parts), token)


def _through_pod(
    cluster: Cluster, place: PodPort, path: str, token: str, seconds: float
) -> "HttpAnswer":
    from meshctl.cluster.http.exchange import exchange, get  # noqa: PLC0415 - asyncio takes 40 ms

    with cluster.forward(*place) as connection:
        return exchange(connection, get(path, token), seconds)


def _at(url: SplitResult, path: str, token: str, seconds: float) -> "HttpAnswer":
    from meshctl.cluster.http.exchange import fetch, get  # noqa: PLC0415 - asyncio takes 40 ms

    try:
        return fetch(url, get(path, token), seconds)
    except OSError as error:
        raise ClusterError(f"nothing answers there ({error}); check the address") from error


def _get(asker: Asker, path: str, token: str, seconds: float) -> bytes:
    answer = asker(path, token, seconds)
    if answer.status != _OK:
        raise ClusterError(_refusal(answer, token))
    return answer.body


def _refusal(answer: "HttpAnswer", token: str) -> str:
    said = next(iter(answer.body.decode(errors="replace").strip().splitlines()), "")[:200]
    if answer.status == _UNAUTHORIZED:
        said = _REFUSED_TOKEN if token else _UNKNOWN_CALLER
    return f"it answers {answer.status}" + (f": {said}" if said else "")


def _version(body: bytes) -> str:
    """Read ``1.31.0`` out of ``1.31.0-<commit>-Clean``."""
    text = body.decode(errors="replace").strip().strip('"')
    match = _VERSION.fullmatch(text)
    return match["version"] if match else text[:40]


def read_json(body: bytes) -> Any:
    """Parse an answer; raises ``ClusterError`` when it is cut off, or no JSON at all."""
    try:
        return parse_json(body)
    except ValueError:
        size = f"{len(body)} bytes"
        raise ClusterError(f"what it sends is no JSON, or cut off ({size})") from None
