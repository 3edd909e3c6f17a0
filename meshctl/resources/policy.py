"""Which workloads, Services or Gateways does a policy attach to?"""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class TargetRef(View):
    """One entry of ``targetRefs``: a Service, ServiceEntry, Gateway or GatewayClass."""

    @property
    def kind(self) -> str:
        """The kind of the target."""
        return self.text("kind")

    @property
    def name(self) -> str:
        """The name of the target, which is in the policy's own namespace."""
        return self.text("name")


class Policy(Resource):
    """A policy with a ``selector`` or ``targetRefs``: authorization, tokens, telemetry, Wasm."""

    @cached_property
    def selector(self) -> dict[str, str]:
        """Labels of the workloads it is for; empty for the whole namespace."""
        return self.spec.child("selector").labels_of("matchLabels")

    @cached_property
    def target_refs(self) -> tuple[TargetRef, ...]:
        """What it attaches to by name; ``targetRef`` is the older spelling for one."""
        single = (
            (TargetRef(self, ("spec", "targetRef"), self.spec.data["targetRef"]),)
            if self.spec.has("targetRef")
            else ()
        )
        return single + views(self.spec, "targetRefs", TargetRef)

    @property
    def is_namespace_wide(self) -> bool:
        """Does it attach to everything in its namespace?"""
        return not self.selector and not self.target_refs


class RequestAuthentication(Policy):
    """A RequestAuthentication: which tokens a workload understands."""


class WasmPlugin(Policy):
    """A WasmPlugin: a filter that runs in the proxies it attaches to."""


class TrafficExtension(Policy):
    """A TrafficExtension: Wasm or Lua that runs in the proxies it attaches to."""
