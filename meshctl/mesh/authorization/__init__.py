"""Who is let in where, by AuthorizationPolicies and tokens."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.authorization.custom_providers import why_broken as why_broken
    from meshctl.mesh.authorization.decision import is_dry_run as is_dry_run
    from meshctl.mesh.authorization.excluded_values import contradictions as contradictions
    from meshctl.mesh.authorization.excluded_values import idle_exceptions as idle_exceptions
    from meshctl.mesh.authorization.kubelet_probes import probe_arrival as probe_arrival
    from meshctl.mesh.authorization.kubelet_probes import reads_addresses as reads_addresses
    from meshctl.mesh.authorization.kubelet_probes import scrape_arrival as scrape_arrival
    from meshctl.mesh.authorization.network_peers import peer_of as peer_of
    from meshctl.mesh.authorization.path_template import is_path_template as is_path_template
    from meshctl.mesh.authorization.rule_cover import covered_within as covered_within
    from meshctl.mesh.authorization.rule_cover import covers as covers
    from meshctl.mesh.authorization.written_values import takes as takes
    from meshctl.mesh.authorization.written_values import takes_issuer as takes_issuer
    from meshctl.mesh.authorization.written_values import wider_block as wider_block

_HOMES = {
    "contradictions": "excluded_values",
    "idle_exceptions": "excluded_values",
    "covered_within": "rule_cover",
    "covers": "rule_cover",
    "is_dry_run": "decision",
    "peer_of": "network_peers",
    "is_path_template": "path_template",
    "probe_arrival": "kubelet_probes",
    "reads_addresses": "kubelet_probes",
    "scrape_arrival": "kubelet_probes",
    "takes": "written_values",
    "takes_issuer": "written_values",
    "why_broken": "custom_providers",
    "wider_block": "written_values",
}

__getattr__ = lazy_face(__name__, _HOMES)
