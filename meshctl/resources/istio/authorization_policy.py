"""A view of AuthorizationPolicy."""

from collections.abc import Iterator

from meshctl.resources.istio.policy import Policy
from meshctl.resources.view import View, cached_property, views


class AuthorizationRule(View):
    """One rule: sources, operations and conditions that must all match."""

    @cached_property
    def sources(self) -> tuple[View, ...]:
        """The alternatives of ``from``."""
        return tuple(entry.child("source") for entry in views(self, "from", View))

    @cached_property
    def operations(self) -> tuple[View, ...]:
        """The alternatives of ``to``."""
        return tuple(entry.child("operation") for entry in views(self, "to", View))

    @cached_property
    def conditions(self) -> tuple[View, ...]:
        """The entries of ``when``."""
        return views(self, "when", View)


class AuthorizationPolicy(Policy):
    """An AuthorizationPolicy: which requests workloads let in."""

    @property
    def action(self) -> str:
        """ALLOW unless written."""
        return self.spec.text("action") or "ALLOW"

    @cached_property
    def rules(self) -> tuple[AuthorizationRule, ...]:
        """The rules in order."""
        return views(self.spec, "rules", AuthorizationRule)

    @property
    def sources(self) -> Iterator[View]:
        """Every source of every rule."""
        for entry in self.rules:
            yield from entry.sources

    @property
    def operations(self) -> Iterator[View]:
        """Every operation of every rule."""
        for entry in self.rules:
            yield from entry.operations
