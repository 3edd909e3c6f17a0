"""An annotation of Istio has a value that Istio can't use.

The injection webhook refuses a pod with such a value, so that its Deployment makes no pods at all
(`FailedCreate ... admission webhook "namespace.sidecar-injector.istio.io" denied the request`). It
passes over fields that ProxyConfig doesn't have, so that a misspelt setting has no effect. A value
that is no string is refused by the API server.

Fix: write one of the values that the message gives, in quotes.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_values import wrong_value
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.faults import sentence
from meshctl.validation.mesh_config.annotation import check as check_proxy_config
from meshctl.words import quoted


@rule(
    on=Resource, severity=Severity.WARNING, equivalents=("IST0125",), since="0.1.0", hazard=True,
    holds=("annotations",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report known annotations with a value that the webhook doesn't accept."""
    for use in mesh.injection.annotations.of(resource):
        if use.definition is None or use.value is None or not use.definition.fits(use.kind):
            continue
        is_sure = isinstance(resource, Workload) and mesh.workloads.is_to_be_injected(resource)
        severity = Severity.ERROR if is_sure and use.is_pod_to_be else None
        effect = (
            "the injection webhook refuses the pod"
            if use.is_pod_to_be
            else "the annotation is ignored"
        )
        if allowed := wrong_value(use.name, use.value):
            yield Finding(
                use.ref,
                f"{use.name} is {quoted(use.value)}, and {effect}; allowed is {allowed}",
                severity,
            )
        for fault in check_proxy_config(use.name, use.value):
            place = Ref(resource, (*use.ref.path, *fault.path))
            if fault.is_warning:
                yield Finding(place, f"{use.name} says {sentence(fault)}", Severity.WARNING)
            else:
                yield Finding(place, f"{use.name} says {sentence(fault)}; {effect}", severity)
