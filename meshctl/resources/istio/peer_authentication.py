"""A view of PeerAuthentication."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import cached_property
from meshctl.words import whole_number


class PeerAuthentication(Resource):
    """A PeerAuthentication: which TLS the servers it selects demand."""

    @cached_property
    def selector(self) -> dict[str, str]:
        """Labels of the workloads it is for; empty for the whole namespace."""
        return self.spec.child("selector").labels_of("matchLabels")

    @cached_property
    def mode(self) -> str:
        """STRICT, PERMISSIVE or DISABLE; empty when unset or ``UNSET``."""
        mode = self.spec.child("mtls").text("mode")
        return "" if mode == "UNSET" else mode

    @cached_property
    def port_modes(self) -> dict[int, str]:
        """Modes by container port; ``UNSET`` reads as empty."""
        modes: dict[int, str] = {}
        for port, setting in self.spec.child("portLevelMtls").data.items():
            number = whole_number(str(port))
            if number is not None and isinstance(setting, dict):
                mode = setting.get("mode")
                modes[number] = mode if isinstance(mode, str) and mode != "UNSET" else ""
        return modes
