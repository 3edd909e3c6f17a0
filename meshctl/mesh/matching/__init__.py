"""Conditions on requests: what matches take, cover and share."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.matching.request_match import from_istio as from_istio
    from meshctl.mesh.matching.request_part import PATH as PATH
    from meshctl.mesh.matching.string_match import WRITTEN_KINDS as WRITTEN_KINDS
    from meshctl.mesh.matching.string_match import StringMatch as StringMatch
    from meshctl.mesh.matching.string_match import find_text as find_text
    from meshctl.mesh.matching.wildcards import has_literal_star as has_literal_star
    from meshctl.mesh.matching.wildcards import is_no_method as is_no_method
    from meshctl.mesh.matching.wildcards import looks_like_regex as looks_like_regex
    from meshctl.mesh.matching.wildcards import matched_in_part as matched_in_part
    from meshctl.mesh.matching.wildcards import repeated_by_star as repeated_by_star
    from meshctl.mesh.matching.wildcards import template_in as template_in

_HOMES = {
    "PATH": "request_part",
    "StringMatch": "string_match",
    "WRITTEN_KINDS": "string_match",
    "find_text": "string_match",
    "from_istio": "request_match",
    "has_literal_star": "wildcards",
    "is_no_method": "wildcards",
    "looks_like_regex": "wildcards",
    "matched_in_part": "wildcards",
    "repeated_by_star": "wildcards",
    "template_in": "wildcards",
}

__getattr__ = lazy_face(__name__, _HOMES)
