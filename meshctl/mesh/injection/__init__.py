"""Who injects pods, and what the injector makes of them."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.injection.control_plane_urls import host_of as host_of
    from meshctl.mesh.injection.control_plane_urls import is_of_istiod as is_of_istiod
    from meshctl.mesh.injection.installation import OPERATOR_GONE_SINCE as OPERATOR_GONE_SINCE
    from meshctl.mesh.injection.installation import is_operator as is_operator
    from meshctl.mesh.injection.installation import removed_settings as removed_settings
    from meshctl.mesh.injection.namespace_labels import injection_labels as injection_labels
    from meshctl.mesh.injection.namespace_labels import is_system as is_system
    from meshctl.mesh.injection.namespace_labels import says_nothing as says_nothing
    from meshctl.mesh.injection.pod_conflicts import NEEDED_MOUNTS as NEEDED_MOUNTS
    from meshctl.mesh.injection.pod_conflicts import asked_templates as asked_templates
    from meshctl.mesh.injection.pod_conflicts import (
        finds_istiod_by_service as finds_istiod_by_service,
    )
    from meshctl.mesh.injection.pod_conflicts import gets_init_container as gets_init_container
    from meshctl.mesh.injection.pod_conflicts import mounts_added_twice as mounts_added_twice
    from meshctl.mesh.injection.pod_conflicts import mounts_replaced as mounts_replaced
    from meshctl.mesh.injection.pod_conflicts import mounts_without_volume as mounts_without_volume
    from meshctl.mesh.injection.pod_conflicts import names_application as names_application
    from meshctl.mesh.injection.pod_conflicts import (
        ports_of_two_protocols as ports_of_two_protocols,
    )
    from meshctl.mesh.injection.pod_conflicts import takes_known_template as takes_known_template
    from meshctl.mesh.injection.pod_conflicts import unreadable_volumes as unreadable_volumes
    from meshctl.mesh.injection.pod_conflicts import (
        variables_of_two_sources as variables_of_two_sources,
    )
    from meshctl.mesh.injection.pod_conflicts import volumes_added_twice as volumes_added_twice
    from meshctl.mesh.injection.pod_conflicts import (
        volumes_of_two_sources as volumes_of_two_sources,
    )

_HOMES = {
    "NEEDED_MOUNTS": "pod_conflicts",
    "OPERATOR_GONE_SINCE": "installation",
    "asked_templates": "pod_conflicts",
    "finds_istiod_by_service": "pod_conflicts",
    "gets_init_container": "pod_conflicts",
    "host_of": "control_plane_urls",
    "injection_labels": "namespace_labels",
    "is_of_istiod": "control_plane_urls",
    "is_operator": "installation",
    "is_system": "namespace_labels",
    "mounts_added_twice": "pod_conflicts",
    "mounts_replaced": "pod_conflicts",
    "mounts_without_volume": "pod_conflicts",
    "names_application": "pod_conflicts",
    "ports_of_two_protocols": "pod_conflicts",
    "removed_settings": "installation",
    "says_nothing": "namespace_labels",
    "takes_known_template": "pod_conflicts",
    "unreadable_volumes": "pod_conflicts",
    "variables_of_two_sources": "pod_conflicts",
    "volumes_added_twice": "pod_conflicts",
    "volumes_of_two_sources": "pod_conflicts",
}

__getattr__ = lazy_face(__name__, _HOMES)
