"""The overlay of a pod whose gRPC library speaks to istiod itself.

files/grpc-agent.yaml and files/grpc-simple.yaml, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.inject.overlays import proxy
from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.overlays.proxy import from_field, variable
from meshctl.inject.overlays.versions import Version
from meshctl.inject.overlays.volumes import (  # fmt: skip
    DATA,
    ENVOY,
    SECRETS,
    data_mounts,
    data_volumes,
    identity_mount,
    identity_volume,
    mount,
    pull_secrets,
    root_mount,
    secret_volume,
)
from meshctl.istio.annotation_names import REWRITE_PROBES, USER_VOLUME, USER_VOLUME_MOUNT
from meshctl.istio.names import DNS_CAPTURE, PROXY_CONTAINER

_KEEPS_PROBES = {REWRITE_PROBES: "false"}
_VOLUME = "grpc-io-proxyless-bootstrap"
_DIRECTORY = "/var/lib/grpc/data/"
_BOOTSTRAP = """\
NODE_ID="sidecar~${INSTANCE_IP}~${POD_NAME}.${POD_NAMESPACE}~cluster.local"
SERVER_URI="dns:///istiod.${ISTIO_NAMESPACE}.svc:15010"
echo '
{
  "xds_servers": [
    {
      "server_uri": "'${SERVER_URI}'",
      "channel_creds": [{"type": "insecure"}],
      "server_features" : ["xds_v3"]
    }
  ],
  "node": {
    "id": "'${NODE_ID}'",
    "metadata": {
      "GENERATOR": "grpc"
    }
  }
}' > /var/lib/grpc/data/bootstrap.json"""


def grpc_simple(_version: Version, injection: PodInjection) -> Object:
    """Write gRPC's bootstrap file once, before the containers start."""
    writer = {
        "name": "grpc-bootstrap-init",
        "image": "busybox:1.28",
        "volumeMounts": [mount(_VOLUME, _DIRECTORY)],
        "env": [
            from_field("INSTANCE_IP", "status.podIP"),
            from_field("POD_NAME", "metadata.name"),
            from_field("POD_NAMESPACE", "metadata.namespace"),
            variable("ISTIO_NAMESPACE", injection.text("global.istioNamespace") + "\n"),
        ],
        "command": ["sh", "-c", _BOOTSTRAP],
    }
    return {
        "metadata": {"annotations": {**_KEEPS_PROBES}},
        "spec": {
            "initContainers": [writer],
            "containers": [_simple_client(container["name"]) for container in injection.containers],
            "volumes": [{"name": _VOLUME, "emptyDir": {}}],
        },
    }


def _simple_client(name: str) -> Object:
    return {
        "name": name,
        "env": [
            variable("GRPC_XDS_BOOTSTRAP", f"{_DIRECTORY}bootstrap.json"),
            variable("GRPC_GO_LOG_VERBOSITY_LEVEL", "99"),
            variable("GRPC_GO_LOG_SEVERITY_LEVEL", "info"),
        ],
        "volumeMounts": [mount(_VOLUME, _DIRECTORY)],
    }


def grpc_agent(version: Version, injection: PodInjection) -> Object:
    """Run the agent without an Envoy: it gets certificates and configuration for gRPC."""
    clients = [_client(name, injection) for name in proxy.app_names(injection)]
    return {
        "metadata": {
            "labels": proxy.canonical_labels(injection),
            "annotations": {**proxy.base_annotations(injection), **_KEEPS_PROBES},
        },
        "spec": {
            "containers": [_agent(injection, version), *clients],
            "volumes": [*_volumes(injection, version)],
            **pull_secrets(injection),
        },
    }


def _agent(injection: PodInjection, version: Version) -> Object:
    wait = ["pilot-agent", "wait", "--url=http://localhost:15020/healthz/ready"]
    found: Object = {
        "name": PROXY_CONTAINER,
        "image": proxy.proxy_image(injection, "proxy", injection.image),
        "ports": [{"containerPort": 15020, "protocol": "TCP", "name": "mesh-metrics"}],
        "args": proxy.proxy_arguments(injection, "sidecar"),
        "lifecycle": {"postStart": {"exec": {"command": wait}}},
        "env": [*_environment(injection, version)],
        **proxy.pull_policy(injection),
    }
    mounts = proxy.named_annotation(injection, USER_VOLUME_MOUNT)
    if proxy.status_port(injection) != "0":
        found["readinessProbe"] = proxy.readiness(injection, 15020)
        found["resources"] = proxy.resources(injection, version)
        mounts = [*_mounts(injection, version), *mounts]
    return found | ({"volumeMounts": mounts} if mounts else {})


def _environment(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield variable("ISTIO_META_GENERATOR", "grpc")
    yield variable("OUTPUT_CERTS", DATA)
    yield from proxy.probe_environment(injection, version)
    yield from proxy.certificate_environment(injection, version)
    yield from proxy.configuration_environment(injection)
    yield proxy.app_environment(injection)
    yield from proxy.place_environment(injection)
    yield from proxy.owner_environment(injection, injection.owner.metadata.get("name", ""))
    yield from proxy.mesh_environment(injection)
    yield from proxy.metadata_environment(injection)
    yield variable(DNS_CAPTURE, "false")
    yield variable("DISABLE_ENVOY", "true")


def _mounts(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield mount("workload-socket", f"{SECRETS}/workload-spiffe-uds")
    yield identity_mount(injection)
    yield from root_mount(injection)
    yield from data_mounts(injection, version, "istio-xds", is_bootstrapped=False)


def _client(name: str, injection: PodInjection) -> Object:
    return {
        "name": name,
        "env": [
            variable("GRPC_XDS_EXPERIMENTAL_SECURITY_SUPPORT", "true"),
            variable("GRPC_XDS_BOOTSTRAP", f"{ENVOY}/grpc-bootstrap.json"),
        ],
        "volumeMounts": [
            mount("istio-data", DATA),
            mount("istio-xds", ENVOY),
            identity_mount(injection),
        ],
    }


def _volumes(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield {"name": "workload-socket", "emptyDir": None}
    yield identity_volume(injection, None)
    yield from data_volumes(injection, version, "istio-xds")
    yield from secret_volume(injection)
    yield from proxy.named_annotation(injection, USER_VOLUME)
