"""A view of NetworkPolicy of Kubernetes, which the network plugin enforces outside the pods."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class NetworkPolicyRule(View):
    """One rule: peers and ports, which are each alternatives; none of them is all."""

    @cached_property
    def peers(self) -> tuple[View, ...]:
        """The entries of ``from`` or ``to``."""
        return views(self, "from" if "ingress" in self.path else "to", View)

    @cached_property
    def ports(self) -> tuple[View, ...]:
        """The ports, which are those of containers."""
        return views(self, "ports", View)


class NetworkPolicy(Resource):
    """A NetworkPolicy: what may reach the pods it selects, and what they may reach."""

    @property
    def pod_selector(self) -> View:
        """The pods of its namespace that it is for."""
        return self.spec.child("podSelector")

    @cached_property
    def directions(self) -> frozenset[str]:
        """The directions in which it isolates pods (policyTypes and its default)."""
        written = self.spec.texts("policyTypes")
        return frozenset(
            written or (("Ingress", "Egress") if self.spec.has("egress") else ("Ingress",))
        )

    def rules(self, direction: str) -> tuple[NetworkPolicyRule, ...]:
        """What is allowed in a direction."""
        return views(self.spec, direction.lower(), NetworkPolicyRule)
