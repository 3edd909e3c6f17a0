"""A pod answers the question about its sidecar with neither `true` nor `false`.

The injector takes these two words alone, in small letters. Any other, such as `enabled`, `yes` or
`False`, leaves the decision to the namespace: a pod that was to stay out is injected, or one that
was to be injected is not.

Fix: write `"true"` or `"false"`, in quotes, as the value of `sidecar.istio.io/inject`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_OUTCOMES = {
    Membership.SIDECAR: "here the pods get a sidecar",
    Membership.NONE: "here the pods get no sidecar",
    Membership.AMBIENT: "here the pods are in ambient mode",
}

_MEANT = {
    **dict.fromkeys(("true", "yes", "y", "on", "1", "enabled"), "true"),
    **dict.fromkeys(("false", "no", "n", "off", "0", "disabled"), "false"),
}
"""What the words for yes and no are meant to say."""


@rule(
    on=Workload,
    severity=Severity.WARNING,
    since="0.1.0",
    hazard=True,
    renamed_from=("workload/inject-word-unknown",),
    holds=(INJECT,),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the label of the pod, or the annotation where there is no label."""
    if workload not in mesh.workloads:
        return
    place = "labels" if INJECT in workload.pod_labels else "annotations"
    metadata = workload.template.child("metadata")
    word = metadata.labels_of(place).get(INJECT, "")
    if word not in {"", "true", "false"}:
        outcome = _OUTCOMES.get(mesh.workloads.promise(workload), "the namespace decides")
        finding = Finding(
            metadata.at(place, INJECT),
            f"{quoted(word)} is neither 'true' nor 'false', so that the injector passes over it: "
            f"{outcome}",
        )
        meant = _MEANT.get(word.strip().lower())
        is_spelling = word.strip().lower() == meant
        yield (
            finding
            if meant is None
            else finding.fixed_by(put(metadata.at(place, INJECT), meant), safe=is_spelling)
        )
