"""A view of Telemetry."""

from collections.abc import Iterator

from meshctl.resources.istio.policy import Policy
from meshctl.resources.view import View, cached_property, views

SIGNALS = ("accessLogging", "tracing", "metrics")


class Telemetry(Policy):
    """A Telemetry: access logs, traces and metrics of the proxies it attaches to."""

    @cached_property
    def access_logging(self) -> tuple[View, ...]:
        """The entries of ``accessLogging``."""
        return views(self.spec, "accessLogging", View)

    def entries(self, signal: str) -> tuple[View, ...]:
        """The entries for one of ``SIGNALS``."""
        return views(self.spec, signal, View)

    @property
    def providers(self) -> Iterator[tuple[str, View]]:
        """Every provider that is named, with the signal it is for."""
        for signal in SIGNALS:
            for entry in self.entries(signal):
                for provider in views(entry, "providers", View):
                    yield signal, provider
