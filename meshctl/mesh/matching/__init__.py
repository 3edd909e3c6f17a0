"""Conditions on requests: what matches take, cover and share."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.matching.request_match import from_istio as from_istio
    from meshctl.mesh.matching.request_part import PATH as PATH
    from meshctl.mesh.matching.string_match import WRITTEN_KINDS as WRITTEN_KINDS
    from meshctl.mesh.matching.string_match import StringMatch as StringMatch
    from meshctl.mesh.matching.string_match import find_text as find_text

_HOMES = {
    "PATH": "request_part",
    "StringMatch": "string_match",
    "WRITTEN_KINDS": "string_match",
    "find_text": "string_match",
    "from_istio": "request_match",
}

__getattr__ = lazy_face(__name__, _HOMES)
