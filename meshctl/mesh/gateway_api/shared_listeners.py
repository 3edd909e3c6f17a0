"""Gateway API Gateways that meet at one address, port and host name."""

from collections.abc import Iterable, Iterator

from meshctl.mesh.core.precedence import age
from meshctl.resources import KubernetesGateway, KubernetesListener

_Place = tuple[str, int | None, str]


class GatewayApiListeners:
    """The listeners of Gateways that ask for an address, by address, port and host name."""

    def __init__(self, gateways: Iterable[KubernetesGateway]) -> None:
        self._listeners: dict[_Place, list[KubernetesListener]] = {}
        for gateway in sorted(gateways, key=age):
            for listener, place in _places(gateway):
                self._listeners.setdefault(place, []).append(listener)

    def rivals(
        self, gateway: KubernetesGateway
    ) -> Iterator[tuple[KubernetesListener, str, KubernetesListener]]:
        """Walk a Gateway's listeners with the address and the first listener that is there too."""
        for listener, place in _places(gateway):
            others = (
                listener for listener in self._listeners[place] if listener.resource is not gateway
            )
            other = next(others, None)
            if other is not None:
                yield listener, place[0], other


def _places(gateway: KubernetesGateway) -> Iterator[tuple[KubernetesListener, _Place]]:
    for address in gateway.addresses:
        value = address.text("value")
        for listener in gateway.listeners if value else ():
            yield listener, (value, listener.port, listener.hostname.lower())
