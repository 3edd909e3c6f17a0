"""Hosts, identities and secrets that the mesh knows."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.registry.aliases import alias_gap as alias_gap
    from meshctl.mesh.registry.facade import DECLARING_KINDS as DECLARING_KINDS
    from meshctl.mesh.registry.service_accounts import parse_principal as parse_principal
    from meshctl.mesh.registry.service_entries import captures_dns as captures_dns
    from meshctl.mesh.registry.service_entries import has_addresses as has_addresses
    from meshctl.mesh.registry.service_entries import is_given_addresses as is_given_addresses
    from meshctl.mesh.registry.service_entries import is_told_by_address as is_told_by_address
    from meshctl.mesh.registry.service_entries import unused_targets as unused_targets
    from meshctl.mesh.registry.services import HostPort as HostPort
    from meshctl.mesh.registry.services import RegisteredHost as RegisteredHost

_HOMES = {
    "DECLARING_KINDS": "facade",
    "HostPort": "services",
    "RegisteredHost": "services",
    "alias_gap": "aliases",
    "captures_dns": "service_entries",
    "has_addresses": "service_entries",
    "is_given_addresses": "service_entries",
    "is_told_by_address": "service_entries",
    "parse_principal": "service_accounts",
    "unused_targets": "service_entries",
}

__getattr__ = lazy_face(__name__, _HOMES)
