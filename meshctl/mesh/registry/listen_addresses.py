"""The addresses that sidecars listen on for a host.

Mirrors GetAddressForProxy and the addresses of convertServices
(pilot/pkg/serviceregistry/serviceentry/conversion.go, Istio 1.31).
"""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import Service

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what istiod calls a service without an address


def addresses_of(host: RegisteredHost) -> Sequence[str]:
    """List the addresses that listeners of a host get, one for a Service."""
    source = host.source
    if isinstance(source, Service):
        if source.is_headless or source.type == "ExternalName":
            return (NO_ADDRESS,)
        return (source.spec.text("clusterIP") or f"{source.namespace}/{source.name}",)
    written = (_address(one) for one in source.addresses)
    return [one for one in written if one] or [NO_ADDRESS]


def _address(written: str) -> str:
    """Read an address or block; a block of one address is that address."""
    try:
        if "/" not in written:
            return str(ip_address(written))
        network = ip_network(written, strict=False)
    except ValueError:
        return ""
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else written


def is_outside(blocks: Sequence[str], address: str) -> bool:
    """Is an address that a listener has for itself surely in none of some blocks?

    Nothing is sure of all addresses, of a block, whose listener is for all of them, of a name for
    what the cluster assigns, and of the other version of IP.
    """
    try:
        asked = ip_address(address)
        several = [ip_network(one, strict=False) for one in blocks]
    except ValueError:
        return False
    return address != NO_ADDRESS and not any(
        one.version != asked.version or asked in one for one in several
    )
