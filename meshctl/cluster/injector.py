"""Reads the injector's settings and its webhook from a cluster.

The ConfigMaps are named ``istio-sidecar-injector[-REVISION]`` and ``istio[-REVISION]``; the webhook
is a MutatingWebhookConfiguration with a label of the revision or of a tag of it
(istioctl/pkg/kubeinject/kubeinject.go, Istio 1.31).
"""

import base64
import binascii
import json
import ssl
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from meshctl.cluster.api import Cluster, ClusterError, NotFoundError, PodPort
from meshctl.cluster.http.body import parse_json
from meshctl.cluster.kinds import kind_of
from meshctl.istio.labels import DEACTIVATED, REVISION
from meshctl.istio.names import INJECTOR_CONFIG_MAP
from meshctl.plain_objects import Object, label, mapping, mappings, runs, text
from meshctl.plain_objects import name as name_of
from meshctl.words import one_line, quoted, without_password

if TYPE_CHECKING:
    from meshctl.cluster.http.exchange import HttpAnswer, HttpRequest

_CONFIG_MAPS = kind_of("", "v1", "ConfigMap")
_WEBHOOKS = kind_of("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration")
_SERVICES = kind_of("", "v1", "Service")
_PODS = kind_of("", "v1", "Pod")
_NODES = kind_of("", "v1", "Node")
_DEFAULT = "default"
_REVISION, _TAG = REVISION, "istio.io/tag"
_HTTPS = 443
_OK = 200


class InjectorTexts(NamedTuple):
    """The texts of the two ConfigMaps, as ``--inject-config``, ``--values``, ``--mesh-config``."""

    config: str
    values: str
    mesh: str
    revision: str


def injector_texts(cluster: Cluster, istio_namespace: str, revision: str) -> InjectorTexts:
    """Read what one revision injects; a tag stands for the revision that it points to."""
    revision = revision_of(cluster, revision)
    suffix = "" if revision in {"", _DEFAULT} else f"-{revision}"
    injector = _config_map(cluster, istio_namespace, f"{INJECTOR_CONFIG_MAP}{suffix}")
    mesh = _config_map(cluster, istio_namespace, f"istio{suffix}")
    return InjectorTexts(
        injector.get("config", ""), injector.get("values", ""), mesh.get("mesh", ""),
        revision or _DEFAULT,
    )  # fmt: skip


def kubelet_versions(cluster: Cluster) -> list[str]:
    """List the versions of the nodes' kubelets, such as ``v1.33.1``."""
    nodes = cluster.list(_NODES)
    infos = (mapping(mapping(node.get("status")).get("nodeInfo")) for node in nodes)
    return [text(info.get("kubeletVersion")) for info in infos]


class InjectionWebhook:
    """The webhook of one revision: takes an AdmissionReview as the API server would send it."""

    def __init__(self, cluster: Cluster, client: Mapping[str, Any], timeout: float) -> None:
        self._cluster = cluster
        self._client = client
        self._timeout = timeout

    def ask(self, review: Mapping[str, Any]) -> Any:
        """Give the AdmissionReview that istiod answers; raises ``ClusterError`` without one."""
        body = json.dumps(review).encode()
        url, service = self._client.get("url"), self._client.get("service")
        if isinstance(service, dict):
            answer = self._ask_service(service, body)
        elif isinstance(url, str):
            answer = self._ask_url(url, body)
        else:
            raise ClusterError("the injection webhook names neither a service nor a URL; repair it")
        try:
            if answer.status == _OK:
                return parse_json(answer.body)
        except ValueError:
            pass
        said = one_line(answer.body[:200].decode(errors="replace"))
        raise ClusterError(f"istiod's webhook answers {answer.status}: {said or 'nothing'}")

    def _ask_service(self, service: Mapping[str, Any], body: bytes) -> "HttpAnswer":
        namespace, name = text(service.get("namespace")), text(service.get("name"))
        server, path = f"{name}.{namespace}.svc", text(service.get("path")) or "/"
        failures = []
        for pod, port in self._pods:
            try:
                return self._ask_pod(PodPort(namespace, pod, port), server, path, body)
            except ClusterError as error:
                failures.append(f"{pod}: {error}")
        reasons = "; ".join(failures) or "no pod of it is running"
        raise ClusterError(f"istiod's webhook at {namespace}/{name} gives no answer: {reasons}")

    @cached_property
    def _pods(self) -> list[tuple[str, int]]:
        """The pods behind the webhook's Service, each with its port: the same for every review."""
        service = self._client["service"]
        namespace, name = text(service.get("namespace")), text(service.get("name"))
        found = mapping(self._cluster.request("GET", _SERVICES.path(namespace, name)))
        number = _number(service.get("port"), _HTTPS)
        return [
            (name_of(pod), _target_port(found, pod, number))
            for pod in _running_pods(self._cluster, namespace, found)
        ]

    def _ask_url(self, url: str, body: bytes) -> "HttpAnswer":
        from meshctl.cluster.http.exchange import fetch  # noqa: PLC0415 - asyncio takes 40 ms

        try:
            parts = urlsplit(url)
            is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address:
            raise ClusterError(
                f"the injection webhook has the URL {quoted(without_password(url))}, which is no "
                "address; repair it"
            )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        context = _trusting(self._client.get("caBundle"))
        try:
            return fetch(parts, _post(path, parts.hostname or "", body), self._timeout, context)
        except OSError as error:
            place = without_password(url)
            raise ClusterError(f"cannot reach istiod's webhook at {place}: {error}") from error

    def _ask_pod(self, place: PodPort, server: str, path: str, body: bytes) -> "HttpAnswer":
        from meshctl.cluster.http.exchange import Tls, exchange  # noqa: PLC0415 - asyncio takes 40 ms

        tls = Tls(_trusting(self._client.get("caBundle")), server)
        try:
            with self._cluster.forward(*place) as connection:
                return exchange(connection, _post(path, server, body), self._timeout, tls)
        except OSError as error:
            raise ClusterError(f"TLS with {server} fails: {error}") from error


def _post(path: str, server: str, body: bytes) -> "HttpRequest":
    from meshctl.cluster.http.exchange import HttpRequest  # noqa: PLC0415 - asyncio takes 40 ms

    return HttpRequest("POST", path, server, {"Content-Type": "application/json"}, body)


def find_webhook(cluster: Cluster, revision: str, timeout: float) -> InjectionWebhook:
    """Find the webhook of a revision or tag; raises ``ClusterError`` that names those there are."""
    wanted = revision or _DEFAULT
    known = set()
    for labels, webhook in _injection_webhooks(cluster):
        known |= {labels.get(_REVISION), labels.get(_TAG)}
        if wanted in {labels.get(_TAG), labels.get(_REVISION)}:
            return InjectionWebhook(cluster, mapping(webhook.get("clientConfig")), timeout)
    names = ", ".join(sorted(name for name in known if name)) or "none at all"
    raise ClusterError(
        f"no injection webhook of revision {quoted(wanted)} is active; there are {names}: "
        "name one with --revision"
    )


def _injection_webhooks(cluster: Cluster) -> Iterator[tuple[Mapping[str, str], Object]]:
    """Walk the webhooks that inject, with the labels of their configurations."""
    for configuration in cluster.list(_WEBHOOKS):
        labels = {key: label(configuration, key) for key in (_REVISION, _TAG)}
        for webhook in mappings(configuration.get("webhooks")):
            is_injector = text(webhook.get("name")).endswith("sidecar-injector.istio.io")
            if is_injector and DEACTIVATED not in json.dumps(webhook.get("namespaceSelector")):
                yield labels, webhook


def revision_of(cluster: Cluster, revision: str) -> str:
    """Follow a tag to its revision; the default tag may point to any."""
    try:
        for configuration in cluster.list(_WEBHOOKS, selector=f"{_TAG}={revision or _DEFAULT}"):
            return label(configuration, _REVISION) or revision
    except ClusterError:
        pass  # who may not list webhooks can still name the revision itself
    return revision


def _config_map(cluster: Cluster, namespace: str, name: str) -> Mapping[str, str]:
    try:
        data = mapping(cluster.request("GET", _CONFIG_MAPS.path(namespace, name))).get("data")
    except NotFoundError:
        there = [name_of(config_map) for config_map in cluster.list(_CONFIG_MAPS, namespace)]
        revisions = sorted(
            config_map_name.removeprefix(INJECTOR_CONFIG_MAP).removeprefix("-") or _DEFAULT
            for config_map_name in there
            if config_map_name.startswith(INJECTOR_CONFIG_MAP)
        )
        hint = f"has revisions {', '.join(revisions)}" if revisions else "has no injector"
        raise ClusterError(
            f"there is no ConfigMap {name} in {namespace}, which {hint}; "
            "name another with --revision or --istio-namespace"
        ) from None
    return {key: value for key, value in mapping(data).items() if isinstance(value, str)}


def _running_pods(cluster: Cluster, namespace: str, service: Object) -> list[Object]:
    selector = mapping(mapping(service.get("spec")).get("selector"))
    labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
    pods = cluster.list(_PODS, namespace, labels) if labels else iter(())
    return [pod for pod in pods if runs(pod) and name_of(pod)]


def _target_port(service: Object, pod: Object, number: int) -> int:
    """Follow a port of a Service to the port of a pod, by number or by name."""
    for port in mappings(mapping(service.get("spec")).get("ports")):
        if port.get("port") == number:
            target = port.get("targetPort")
            if isinstance(target, str):
                return _port_named(pod, target, number)
            return _number(target, number)
    return number


def _port_named(pod: Object, name: str, otherwise: int) -> int:
    for container in mappings(mapping(pod.get("spec")).get("containers")):
        for port in mappings(container.get("ports")):
            if port.get("name") == name:
                return _number(port.get("containerPort"), otherwise)
    return otherwise


def _number(value: Any, otherwise: int) -> int:
    return value if type(value) is int else otherwise


def _trusting(bundle: Any) -> ssl.SSLContext:
    """Trust the CA of the webhook's configuration; without one, those of the system."""
    from meshctl.cluster.http.connection import tls_context  # noqa: PLC0415 - asyncio takes 40 ms

    try:
        text = base64.b64decode(str(bundle)).decode() if bundle else None
        return tls_context(None, None, None, is_verified=True, authority_text=text)
    except (ssl.SSLError, ValueError, binascii.Error) as error:
        raise ClusterError(f"the webhook's caBundle is no certificate: {error}") from error
