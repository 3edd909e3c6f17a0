"""Does the injector leave a pod alone that a webhook sends it, and why?

Mirrors injectRequired (pkg/kube/inject/webhook.go, Istio 1.31): the pod's own word comes first,
then the selectors of the injector's ConfigMap, then its policy.
"""

from typing import NamedTuple

from meshctl.mesh.injector import config_of, matches
from meshctl.resources import ConfigMap, View, Workload
from meshctl.resources.workload import INJECT, SYSTEM_NAMESPACES

_SELECTORS = (("neverInjectSelector", False), ("alwaysInjectSelector", True))


class Decision(NamedTuple):
    """What the injector does with a pod; the reason is empty where nothing says so."""

    injects: bool
    reason: str


def decide(workload: Workload, config_map: ConfigMap | None) -> Decision:
    """Decide by the pod and the injector's settings; without these its policy is ``enabled``."""
    if workload.uses_host_network:
        return Decision(
            injects=False, reason="the pod has hostNetwork, and such pods are never injected"
        )
    if workload.namespace in SYSTEM_NAMESPACES:
        return Decision(
            injects=False, reason=f"istiod never injects into namespace {workload.namespace}"
        )
    where, value = _own_word(workload)
    if value in {"true", "false"}:
        verb = "asks for it" if value == "true" else "opts out"
        return Decision(
            injects=value == "true", reason=f"the pod's {where} {INJECT}={value} {verb}"
        )
    settings = config_of(config_map) if config_map is not None else View(workload, (), None)
    for name, injects in _SELECTORS:
        for _, data in settings.items(name):
            selector = View(workload, (), data)
            if data and matches(selector, workload.pod_labels):
                return Decision(injects=injects, reason=f"the injector's {name} picks the pod")
    doubt = f"the pod's {where} {INJECT}={value} is neither true nor false" if value else ""
    policy = settings.text("policy") or "enabled"
    if policy != "enabled":
        said = f"the injector's policy is {policy}, so that a pod has to ask by itself"
        return Decision(injects=False, reason=f"{doubt}, and {said}" if doubt else said)
    return Decision(
        injects=True, reason=f"{doubt}, so the injector's policy decides" if doubt else ""
    )


def _own_word(workload: Workload) -> tuple[str, str]:
    label = workload.pod_labels.get(INJECT)
    if label is not None:
        return "label", label
    return "annotation", workload.pod_annotations.get(INJECT, "")
