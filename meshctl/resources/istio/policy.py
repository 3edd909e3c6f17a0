"""Views of the policies that attach by ``selector`` or ``targetRefs``."""

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


class TokenRule(View):
    """One entry of ``jwtRules``: an issuer, and where its keys and tokens are."""

    @property
    def issuer(self) -> str:
        """Who issues the tokens."""
        return self.text("issuer")

    @property
    def keys_uri(self) -> str:
        """The URL of the issuer's public keys; empty when they are given or discovered."""
        return self.text("jwksUri") or self.text("jwks_uri")

    @property
    def keeps_token(self) -> bool:
        """Is the token sent on to the workload?"""
        return self.flag("forwardOriginalToken") is True


class RequestAuthentication(Policy):
    """A RequestAuthentication: which tokens a workload understands."""

    @cached_property
    def rules(self) -> tuple[TokenRule, ...]:
        """The entries of ``jwtRules`` in order."""
        return views(self.spec, "jwtRules", TokenRule)


class WasmPlugin(Policy):
    """A WasmPlugin: a filter that runs in the proxies it attaches to."""

    @property
    def url(self) -> str:
        """Where its code comes from, such as ``oci://registry/image:tag``."""
        return self.spec.text("url")

    @property
    def phase(self) -> str:
        """Where in the chain it runs: AUTHN, AUTHZ, STATS; empty for the end."""
        phase = self.spec.text("phase")
        return "" if phase == "UNSPECIFIED_PHASE" else phase

    @property
    def fail_strategy(self) -> str:
        """What happens to requests when it can't be loaded or crashes; empty for the default."""
        return self.spec.text("failStrategy")


class TrafficExtension(Policy):
    """A TrafficExtension: Wasm or Lua that runs in the proxies it attaches to."""
