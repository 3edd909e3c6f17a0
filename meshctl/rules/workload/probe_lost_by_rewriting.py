"""A probe doesn't survive that the injector sends it to its agent.

The kubelet can't speak mutual TLS, so the injector lets it ask the sidecar's agent on port 15020,
which asks the application. `host` is kept, so that the kubelet asks another machine for the agent;
what goes to port 15020 already is taken for rewritten and forgotten; and with an agent port of 0
the probe has port 0, which the API server refuses. Such probes never succeed.

Fix: remove `host`, or let the annotation `sidecar.istio.io/rewriteAppHTTPProbers: "false"` leave
the pod's probes alone; probe a port of the application.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import STATUS_PORT
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.injection import takes_known_template
from meshctl.mesh.workloads import TrafficCapture, is_rewritten
from meshctl.resources import PROBES, View, Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True, holds=PROBES)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report probes of pods still to be injected; those of the `exec` kind stay as they are."""
    capture = TrafficCapture(workload)
    has_agent = takes_known_template(workload) and mesh.workloads.is_to_be_injected(workload)
    if not has_agent or not capture.rewrites_probes(by_default=mesh.injection.rewrites_probes):
        return
    has_port = workload.pod_annotations.get(STATUS_PORT, "").strip() != "0"
    for container in (*workload.containers, *workload.init_containers):
        for key, probe in container.probes if container.name != PROXY_CONTAINER else ():
            if is_rewritten(probe) and not has_port:
                yield Finding(
                    container.key(key),
                    f"{STATUS_PORT} is 0, so that this probe is sent to port 0: the API server "
                    "refuses the pod",
                )
            elif is_rewritten(probe):
                yield from _lost(probe)


def _lost(probe: View) -> Iterator[Finding]:
    web, plain = probe.child("httpGet"), probe.child("tcpSocket")
    if web.text("host"):
        yield Finding(
            web.at("host"), f"the kubelet will look for the sidecar's agent at {web.text('host')}"
        ).fixed_by(delete(web.at("host")), safe=False)
    for action in (web, plain):
        if action.number("port") == 15020:  # noqa: PLR2004 - the port that the docs speak of
            yield Finding(
                action.at("port"),
                "port 15020 is the agent's own: the injector takes the probe for rewritten, and "
                "the agent knows nothing of it",
            )
