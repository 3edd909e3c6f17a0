"""Facts about the input that everything else stands on: hosts, ages, visibility, mesh config."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.core.export_to import is_visible_to as is_visible_to
    from meshctl.mesh.core.hosts import covers as covers
    from meshctl.mesh.core.hosts import in_cluster as in_cluster
    from meshctl.mesh.core.hosts import is_in_certificate as is_in_certificate
    from meshctl.mesh.core.hosts import is_in_certificates as is_in_certificates
    from meshctl.mesh.core.hosts import is_private as is_private
    from meshctl.mesh.core.hosts import is_wildcard as is_wildcard
    from meshctl.mesh.core.hosts import overlaps as overlaps
    from meshctl.mesh.core.knative import knative_gateways as knative_gateways
    from meshctl.mesh.core.mesh_networks import known_registries as known_registries
    from meshctl.mesh.core.mesh_networks import named_gateways as named_gateways
    from meshctl.mesh.core.mesh_networks import network_registries as network_registries
    from meshctl.mesh.core.mesh_networks import written_networks as written_networks
    from meshctl.mesh.core.precedence import age as age
    from meshctl.mesh.core.precedence import order_is_known as order_is_known
    from meshctl.mesh.core.selectors import selects as selects
    from meshctl.mesh.core.status_conditions import bad_conditions as bad_conditions

_HOMES = {
    "age": "precedence",
    "bad_conditions": "status_conditions",
    "covers": "hosts",
    "in_cluster": "hosts",
    "is_in_certificate": "hosts",
    "is_in_certificates": "hosts",
    "is_private": "hosts",
    "is_visible_to": "export_to",
    "is_wildcard": "hosts",
    "knative_gateways": "knative",
    "known_registries": "mesh_networks",
    "named_gateways": "mesh_networks",
    "network_registries": "mesh_networks",
    "written_networks": "mesh_networks",
    "order_is_known": "precedence",
    "overlaps": "hosts",
    "selects": "selectors",
}

__getattr__ = lazy_face(__name__, _HOMES)
