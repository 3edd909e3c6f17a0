"""The overlay that a template makes (SidecarTemplateData in pkg/kube/inject/inject.go, 1.31)."""

from dataclasses import dataclass
from functools import cache

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_template import Template
from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.pod.template_data import Fields, KubernetesStruct, Message
from meshctl.inject.pod.template_functions import FUNCTIONS
from meshctl.yaml.reader import parse_one

NATIVE_VARIABLE = "ENABLE_NATIVE_SIDECARS"


@dataclass(frozen=True, slots=True)
class TemplateOverlay:
    """The text of a Go template as an overlay."""

    name: str
    text: str

    def __call__(self, injection: PodInjection) -> Object:
        """Render the template; raises ``InjectionError`` unless that gives a mapping."""
        text = _parsed(self.name, self.text, native=injection.is_native).render(_data(injection))
        try:
            overlay = parse_one(text)
        except ValueError as error:
            raise InjectionError(f"template {self.name} gives no YAML: {error}") from None
        if not isinstance(overlay, dict | None):
            raise InjectionError(f"template {self.name} gives no mapping, so it is no pod")
        return overlay or {}


@cache
def _parsed(name: str, text: str, *, native: bool) -> Template:
    """Parse a template; those of 1.20 to 1.26 ask istiod's variable whether sidecars are native."""

    def env(variable: str, default: str = "") -> str:
        return "true" if native and variable == NATIVE_VARIABLE else default

    return Template(name, text, {**FUNCTIONS, "env": env})


def _data(injection: PodInjection) -> Fields:
    owner, pod = injection.owner, injection.pod
    return Fields(
        TypeMeta=Fields(APIVersion=owner.api_version, Kind=owner.kind),
        DeploymentMeta=KubernetesStruct("ObjectMeta", owner.metadata),
        ObjectMeta=KubernetesStruct("ObjectMeta", pod["metadata"]),
        Spec=KubernetesStruct("PodSpec", pod["spec"]),
        ProxyConfig=Message(injection.proxy_config),
        MeshConfig=Message(injection.mesh),
        Values=injection.values,
        Revision=injection.revision,
        ProxyImage=injection.image,
        ProxyInitImage=injection.init_image,
        NativeSidecars=injection.is_native,
        ProxyUID=injection.user,
        ProxyGID=injection.group,
        InboundTrafficPolicyMode=injection.inbound_policy,
        CompliancePolicy=injection.compliance_policy,
    )
