"""What runs the webhook: two replicas apart from each other, with as little as they need."""

from collections.abc import Iterator

from meshctl.gate.install.options import (
    HEALTH_PORT,
    NAME,
    PORT,
    SELECTOR,
    SERVICE,
    TLS_SECRET,
    Install,
    Object,
    meta,
)

_CERTIFICATES = "/var/run/meshctl/tls"


def workload(install: Install) -> Iterator[Object]:
    """Walk the Deployment with what keeps it reachable, and out of reach."""
    home = install.namespace
    yield _object("apps/v1", "Deployment", home, _deployment(install))
    ports = [
        {"name": "https-review", "port": 443, "targetPort": PORT},
        {"name": "http-metrics", "port": HEALTH_PORT, "targetPort": HEALTH_PORT},
    ]
    yield _object("v1", "Service", home, {"selector": dict(SELECTOR), "ports": ports})
    budget = {"minAvailable": 1, "selector": {"matchLabels": dict(SELECTOR)}}
    yield _object("policy/v1", "PodDisruptionBudget", home, budget)
    yield _object("networking.k8s.io/v1", "NetworkPolicy", home, _traffic())
    if install.service_monitor:
        endpoints = [{"port": "http-metrics", "path": "/metrics", "interval": "30s"}]
        monitored = {"selector": {"matchLabels": dict(SELECTOR)}, "endpoints": endpoints}
        yield _object("monitoring.coreos.com/v1", "ServiceMonitor", home, monitored)


def _object(api_version: str, kind: str, home: str, spec: Object) -> Object:
    return {
        "apiVersion": api_version, "kind": kind, "metadata": meta(SERVICE, home), "spec": spec,
    }  # fmt: skip


def _deployment(install: Install) -> Object:
    return {
        "replicas": install.replicas,
        "selector": {"matchLabels": dict(SELECTOR)},
        "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": {"metadata": {"labels": _pod_labels()}, "spec": _pod(install)},
    }


def _pod_labels() -> Object:
    # The API server has no certificate of the mesh: a sidecar with STRICT would close the door.
    return {**SELECTOR, "sidecar.istio.io/inject": "false"}


def _pod(install: Install) -> Object:
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": dict(SELECTOR)},
    }
    volumes: list[Object] = [{"name": "tmp", "emptyDir": {"sizeLimit": "16Mi"}}]
    if install.cert_manager:
        volumes.append({"name": "tls", "secret": {"secretName": TLS_SECRET}})
    return {
        "serviceAccountName": SERVICE,
        "automountServiceAccountToken": True,
        "priorityClassName": "system-cluster-critical",
        "terminationGracePeriodSeconds": 30,
        "topologySpreadConstraints": [spread],
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(install)],
        "volumes": volumes,
    }  # fmt: skip


def _container(install: Install) -> Object:
    args = ["webhook", "serve", f"--mode={install.mode}", f"--namespace={install.namespace}"]
    mounts = [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 - of the container
    if install.cert_manager:
        args += [f"--tls-cert={_CERTIFICATES}/tls.crt", f"--tls-key={_CERTIFICATES}/tls.key"]
        mounts.append({"name": "tls", "mountPath": _CERTIFICATES})
    else:
        args.append("--self-signed")
    return {
        "name": NAME,
        "image": install.image,
        "args": args,
        "env": [{"name": "HOME", "value": "/tmp"}],  # noqa: S108 - of the container
        "ports": [
            {"name": "https-review", "containerPort": PORT},
            {"name": "http-metrics", "containerPort": HEALTH_PORT},
        ],
        "readinessProbe": _probe("/readyz", 5),
        "livenessProbe": {**_probe("/livez", 10), "failureThreshold": 6, "timeoutSeconds": 5},
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        "resources": {
            "requests": {"cpu": "200m", "memory": "400Mi"}, "limits": {"memory": "1Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }  # fmt: skip


def _probe(path: str, seconds: int) -> Object:
    return {"httpGet": {"path": path, "port": "http-metrics"}, "periodSeconds": seconds}


def _traffic() -> Object:
    """Let the API server and Prometheus in, and the API server and the DNS be reached.

    No policy can name an API server, which is outside the pods' network.
    """
    return {
        "podSelector": {"matchLabels": dict(SELECTOR)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"port": PORT}, {"port": HEALTH_PORT}]}],
        "egress": [
            {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
            {"ports": [{"port": 443}, {"port": 6443}]},
        ],
    }
