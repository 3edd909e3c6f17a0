"""The parts that all overlays with a sidecar or a gateway share.

The templates of manifests/charts/istio-control/istio-discovery/files, Istio 1.31.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.inject.errors import annotation_error
from meshctl.inject.go_template.values import show_inside
from meshctl.inject.go_types import go_json
from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.overlays.versions import Feature, Version
from meshctl.inject.settings.mesh_settings import proxy_config_json
from meshctl.istio.annotation_names import BOOTSTRAP_OVERRIDE, LOG_LEVEL, PROXY_IMAGE, STATUS_PORT
from meshctl.istio.labels import APP_NAME, APP_VERSION, CANONICAL_PREFIX, REVISION
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.words import quoted
from meshctl.yaml.reader import plain_json
from meshctl.yaml.scalars import plain

_COMPUTE = "sidecar.istio.io/proxy"
_FIELDS = (
    ("POD_NAME", "metadata.name"),
    ("POD_NAMESPACE", "metadata.namespace"),
    ("INSTANCE_IP", "status.podIP"),
    ("SERVICE_ACCOUNT", "spec.serviceAccountName"),
    ("HOST_IP", "status.hostIP"),
)


def variable(name: str, value: str) -> Object:
    """Give a variable of the environment its value."""
    return {"name": name, "value": value}


def from_field(name: str, path: str) -> Object:
    """Take the value of a variable from a field of the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def from_limit(name: str, resource: str, version: Version) -> Object:
    """Take the value of a variable from a limit of the container."""
    divisor = {"divisor": "1"} if version.has(Feature.DIVISORS) else {}
    return {
        "name": name,
        "valueFrom": {"resourceFieldRef": {"resource": f"limits.{resource}", **divisor}},
    }


def number(text: str) -> Any:
    """Read what stands without quotes in the templates: a number, or something to complain of."""
    return plain(text)


def app_names(injection: PodInjection) -> list[str]:
    """The names of the pod's containers besides the sidecar."""
    return [
        container["name"]
        for container in injection.containers
        if container["name"] != PROXY_CONTAINER
    ]


def canonical_labels(injection: PodInjection, *, shortened_by: Version | None = None) -> Object:
    """The labels by which telemetry knows the service, its name cut to fit into a label."""
    labels = injection.labels
    names = (labels.get(f"{CANONICAL_PREFIX}name"), labels.get(APP_NAME))
    name = next(filter(None, (*names, labels.get("app"))), injection.owner.metadata.get("name", ""))
    if shortened_by and shortened_by.has(Feature.SHORT_NAMES):
        name = name.encode()[:63].decode(errors="ignore")
        is_trimmed = shortened_by.has(Feature.TRIMMED_NAMES)
        name = name.strip("-_.") if is_trimmed else name.removesuffix("-")
    versions = (labels.get(f"{CANONICAL_PREFIX}revision"), labels.get(APP_VERSION))
    revision = next(filter(None, (*versions, labels.get("version"))), "latest")
    return {f"{CANONICAL_PREFIX}name": name, f"{CANONICAL_PREFIX}revision": revision}


def base_annotations(injection: PodInjection, *, is_kept: bool = True) -> Object:
    """The revision, and which container kubectl takes; what the pod says of that is kept or not."""
    found = {REVISION: injection.revision or "default"}
    for key in ("default-logs-container", "default-container"):
        name = f"kubectl.kubernetes.io/{key}"
        if (apps := app_names(injection)) and not (is_kept and name in injection.annotations):
            found[name] = apps[0]
    return found


def proxy_image(injection: PodInjection, part: str, image: str) -> str:
    """Name an image: a full name in the annotation or the values replaces the one computed."""
    named = injection.annotation(PROXY_IMAGE, f"global.{part}.image")
    return named if "/" in named else image


def pull_policy(injection: PodInjection) -> Object:
    """When the image is pulled, where the values say so."""
    policy = injection.text("global.imagePullPolicy")
    return {"imagePullPolicy": policy} if policy else {}


def proxy_arguments(injection: PodInjection, role: str) -> list[str]:
    """The arguments of the agent as ``sidecar`` or ``router``."""
    level = injection.annotation(LOG_LEVEL, "global.proxy.logLevel")
    components = injection.annotation(
        "sidecar.istio.io/componentLogLevel", "global.proxy.componentLogLevel"
    )
    found = [
        "proxy",
        role,
        "--domain",
        f"$(POD_NAMESPACE).svc.{injection.text('global.proxy.clusterDomain')}",
        f"--proxyLogLevel={level}",
        f"--proxyComponentLogLevel={components}",
        agent_log_level(injection),
    ]
    if injection.value("global.sts.servicePort"):
        found.append(f"--stsPort={injection.text('global.sts.servicePort')}")
    if injection.value("global.logAsJson"):
        found.append("--log_as_json")
    return found


def agent_log_level(injection: PodInjection) -> str:
    """How much the agent and the init container log."""
    level = injection.annotation("sidecar.istio.io/agentLogLevel", "global.logging.level")
    return f"--log_output_level={level}"


def certificate_environment(injection: PodInjection, version: Version) -> Iterator[Object]:
    """Who signs certificates, and who the pod is."""
    if version.has(Feature.JWT_POLICY):
        yield variable("JWT_POLICY", injection.text("global.jwtPolicy"))
    yield variable("PILOT_CERT_PROVIDER", injection.text("global.pilotCertProvider"))
    revision = injection.text("revision")
    istiod = f"istiod-{revision}" if revision else "istiod"
    own = f"{istiod}.{injection.text('global.istioNamespace')}.svc:15012"
    yield variable("CA_ADDR", injection.text("global.caAddress") or own)
    for name, path in _FIELDS:
        yield from_field(name, path)


def configuration_environment(injection: PodInjection) -> Iterator[Object]:
    """The ProxyConfig, and the ports of the pod's containers."""
    yield variable("PROXY_CONFIG", proxy_config_json(injection.proxy_config) + "\n")
    ports = [port for container in injection.containers for port in container.get("ports") or []]
    listed = "\n    ,".join(go_json.dumps(port) for port in ports)
    yield variable("ISTIO_META_POD_PORTS", f"[\n    {listed}\n]" if ports else "[\n]")


def app_environment(injection: PodInjection) -> Object:
    """The names of the pod's own containers."""
    return variable("ISTIO_META_APP_CONTAINERS", ",".join(app_names(injection)))


def limit_environment(injection: PodInjection, version: Version) -> Iterator[Object]:
    """How much Go may use, and which cryptography."""
    yield from_limit("GOMEMLIMIT", "memory", version)
    yield from_limit("GOMAXPROCS", "cpu", version)
    if injection.compliance_policy and version.has(Feature.COMPLIANCE):
        yield variable("COMPLIANCE_POLICY", injection.compliance_policy)
        if injection.compliance_policy == "fips-140-3" and version.has(Feature.GO_FIPS):
            yield variable("GODEBUG", "fips140=only")


def place_environment(injection: PodInjection) -> Iterator[Object]:
    """The cluster and the node."""
    cluster = injection.text("global.multiCluster.clusterName") or "Kubernetes"
    yield variable("ISTIO_META_CLUSTER_ID", cluster)
    yield from_field("ISTIO_META_NODE_NAME", "spec.nodeName")


def probe_environment(injection: PodInjection, version: Version) -> Iterator[Object]:
    """Where probes go when the sidecar passes what it lets in to the loopback address."""
    if injection.inbound_policy == "localhost" and version.has(Feature.LOCAL_PROBES):
        yield variable("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION", "true")


def owner_environment(injection: PodInjection, workload_name: str) -> Iterator[Object]:
    """The network, and the workload that the pod belongs to."""
    if network := injection.text("global.network"):
        yield variable("ISTIO_META_NETWORK", network)
    if workload_name:
        yield variable("ISTIO_META_WORKLOAD_NAME", workload_name)
    owner = injection.owner
    name = owner.metadata.get("name")
    if owner.api_version and name:
        namespace = owner.metadata.get("namespace") or "default"
        path = f"namespaces/{namespace}/{owner.kind.lower()}s/{name}"
        yield variable("ISTIO_META_OWNER", f"kubernetes://apis/{owner.api_version}/{path}")


def bootstrap_environment(injection: PodInjection) -> Iterator[Object]:
    """Where the bootstrap configuration of the user's own is."""
    if BOOTSTRAP_OVERRIDE in injection.annotations:
        path = "/etc/istio/custom-bootstrap/custom_bootstrap.json"
        yield variable("ISTIO_BOOTSTRAP_OVERRIDE", path)


def mesh_environment(injection: PodInjection) -> Iterator[Object]:
    """The mesh and its trust domain."""
    domain = str(injection.mesh.get("trustDomain") or "") or injection.text("global.trustDomain")
    if mesh := injection.text("global.meshID") or domain:
        yield variable("ISTIO_META_MESH_ID", mesh)
    if domain:
        yield variable("TRUST_DOMAIN", domain)


def metadata_environment(injection: PodInjection) -> list[Object]:
    """The proxyMetadata of the ProxyConfig."""
    metadata: Mapping[str, Any] = injection.proxy_config.get("proxyMetadata") or {}
    return [variable(name, show_inside(metadata[name])) for name in sorted(metadata)]


def resources(injection: PodInjection, version: Version) -> Object | None:
    """What the sidecar may use: by annotations, or by the values where there is none."""
    found: Object = {}
    for key, suffix in (("requests", ""), ("limits", "Limit")):
        for resource, name in (("cpu", "CPU"), ("memory", "Memory")):
            amount = injection.annotations.get(f"{_COMPUTE}{name}{suffix}")
            if amount is not None:
                found.setdefault(key, {})[resource] = amount
    if not found and (own := injection.value("global.proxy.resources")):
        found = _without_nulls(own) if version.has(Feature.NO_NULLS) else own
    return found or None


def seccomp(injection: PodInjection, version: Version) -> Object:
    """The seccomp profile of the values."""
    profile = injection.value("global.proxy.seccompProfile")
    return {"seccompProfile": profile} if profile and version.has(Feature.SECCOMP) else {}


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(item) for key, item in value.items() if item is not None}


def readiness(injection: PodInjection, port: int, *, is_annotated: bool = True) -> Object:
    """How the kubelet learns that the sidecar is ready."""
    fields = ("initialDelaySeconds", "periodSeconds", "failureThreshold")
    found: Object = {"httpGet": {"path": "/healthz/ready", "port": port}, "timeoutSeconds": 3}
    for name in fields:
        annotation = f"readiness.status.sidecar.istio.io/{name}" if is_annotated else ""
        path = f"global.proxy.readiness{name[0].upper()}{name[1:]}"
        found[name] = number(injection.annotation(annotation, path))
    return found


def status_port(injection: PodInjection) -> str:
    """The port where the agent answers, as text; 0 turns the probes off."""
    return injection.annotation(STATUS_PORT, "global.proxy.statusPort")


def json_annotation(injection: PodInjection, name: str) -> list[tuple[str, Any]]:
    """Read the mapping or list in an annotation; raises ``InjectionError`` when it is none."""
    if name not in injection.annotations:
        return []
    try:
        found = plain_json(injection.annotations[name])
    except ValueError:
        found = None
    if isinstance(found, dict):
        return [(key, found[key]) for key in sorted(found)]
    if isinstance(found, list):
        return [(str(index), value) for index, value in enumerate(found)]
    raise annotation_error(name, "should be a mapping in JSON")


def named_annotation(injection: PodInjection, name: str) -> list[Object]:
    """Read the named volumes or mounts in an annotation."""
    found = []
    for key, value in json_annotation(injection, name):
        if not isinstance(value, dict):
            raise annotation_error(name, f"has no mapping below {quoted(key)}")
        found.append({"name": key, **value})
    return found
