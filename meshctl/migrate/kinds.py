"""The kinds that a migration writes, each in the version that Istio 1.31 prefers."""

from typing import Final, NamedTuple

from meshctl.istio.api_versions import GATEWAY_API as GROUP
from meshctl.istio.api_versions import NETWORKING, SECURITY


class Kind(NamedTuple):
    """A kind with its version."""

    api_version: str
    name: str

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]


AUTHORIZATION_POLICY: Final = Kind(f"{SECURITY}/v1", "AuthorizationPolicy")
PEER_AUTHENTICATION: Final = Kind(f"{SECURITY}/v1", "PeerAuthentication")
REQUEST_AUTHENTICATION: Final = Kind(f"{SECURITY}/v1", "RequestAuthentication")
GATEWAY: Final = Kind(f"{NETWORKING}/v1", "Gateway")
VIRTUAL_SERVICE: Final = Kind(f"{NETWORKING}/v1", "VirtualService")
DESTINATION_RULE: Final = Kind(f"{NETWORKING}/v1", "DestinationRule")
SERVICE_ENTRY: Final = Kind(f"{NETWORKING}/v1", "ServiceEntry")
ENVOY_FILTER: Final = Kind(f"{NETWORKING}/v1alpha3", "EnvoyFilter")
TELEMETRY: Final = Kind("telemetry.istio.io/v1", "Telemetry")
KUBERNETES_GATEWAY: Final = Kind(f"{GROUP}/v1", "Gateway")
HTTP_ROUTE: Final = Kind(f"{GROUP}/v1", "HTTPRoute")
TLS_ROUTE: Final = Kind(f"{GROUP}/v1", "TLSRoute")
TCP_ROUTE: Final = Kind(f"{GROUP}/v1", "TCPRoute")
REFERENCE_GRANT: Final = Kind(f"{GROUP}/v1", "ReferenceGrant")
SERVICE: Final = Kind("v1", "Service")
