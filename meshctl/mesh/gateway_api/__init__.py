"""What istiod makes of the Gateway API."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.gateway_api.reference_grants import Admission as Admission
    from meshctl.mesh.gateway_api.unserved import RuleOrder as RuleOrder

_HOMES = {
    "Admission": "reference_grants",
    "RuleOrder": "unserved",
}

__getattr__ = lazy_face(__name__, _HOMES)
