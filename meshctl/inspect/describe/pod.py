"""Describes the configuration of a workload's pods."""

from typing import Any

from meshctl.inspect.describe.gateway import workload_form
from meshctl.inspect.describe.policies import (
    authorization,
    container_ports,
    enforcer,
    peer_authentication,
    proxy_settings,
    request_authentications,
)
from meshctl.inspect.describe.service import host_form
from meshctl.inspect.injection.explanation import injection, injection_form
from meshctl.inspect.shown import Shown
from meshctl.istio.labels import REVISION
from meshctl.mesh import Mesh
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Workload


def pod_form(mesh: Mesh, pod: Workload, shown: Shown) -> dict[str, Any]:
    """Write everything about a pod, or about the pods of a workload.

    A pod that a controller of the input made is answered for by that controller.
    """
    workload = mesh.workloads.listed(pod)
    form = {
        "pod": shown.whole(pod),
        "controller": shown.whole(workload) if workload is not pod else None,
        "proxy": mesh.workloads.membership(workload).value,
        "is_gateway": is_gateway(workload),
        **_injection(mesh, pod),
        "service_account": workload.service_account,
        "ports": _ports(pod),
        "not_ready": _not_ready(pod),
        "services": [
            host_form(mesh, host, shown, workload)
            for host in mesh.workloads.container_ports.hosts(workload)
        ],
        "enforced_by": enforcer(mesh, workload),
        "peer_authentication": peer_authentication(mesh, workload, shown),
        "authorization": authorization(mesh, workload, shown),
        "request_authentications": request_authentications(mesh, workload, shown),
        **proxy_settings(mesh, workload, shown),
    }
    served = mesh.gateways.for_workload(workload.key_name)
    if served is not None and served.gateways:
        form["serves"] = workload_form(mesh, served, shown)
    return form


def _injection(mesh: Mesh, pod: Workload) -> dict[str, Any]:
    """Say which revision runs, else which one would, and whether a new pod gets a sidecar.

    Findings about webhooks are none about the pod, so these are not among the objects shown.
    """
    found = injection(mesh, pod)
    written = pod.pod_labels.get(REVISION) or pod.pod_annotations.get(REVISION)
    return {
        "revision": written or next((match.revision for match in found.taken_by), None),
        "injection": injection_form(found, Shown()),
    }


def _ports(pod: Workload) -> list[dict[str, Any]]:
    return [
        {
            "container": name,
            "name": port.text("name") or None,
            "number": port.number("containerPort"),
            "protocol": port.text("protocol") or "TCP",
        }
        for name, port in container_ports(pod)
    ]


def _not_ready(pod: Workload) -> list[str]:
    return [
        str(item.get("name"))
        for _, item in pod.child("status").items("containerStatuses")
        if item.get("ready") is False
    ]
