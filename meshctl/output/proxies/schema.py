"""Describes the JSON of ``proxy-status`` as JSON Schema."""

from meshctl.inspect.proxies.sync import Skew, Status
from meshctl.output.json_schema import DRAFT, Schema, array, by_name, closed

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}


def proxies_schema() -> Schema:
    """Describe what ``proxy-status`` writes: a row for each proxy, and each istiod that is silent.

    One proxy that was asked for by name has ``config``: how its Envoy differs from istiod.
    """
    statuses = [status.value for status in Status]
    state = closed(
        status={"enum": statuses}, since={"type": ["string", "null"], "format": "date-time"},
        optional={"reason": _TEXT},
    )  # fmt: skip
    row = closed(
        proxy=_MAYBE, cluster=_MAYBE, istiod=_TEXT, version=_MAYBE, types=by_name(state),
        status={"enum": [*statuses, None]}, proxy_type=_MAYBE, revision=_MAYBE,
        istiod_version=_MAYBE, skew={"enum": [*(skew.value for skew in Skew), None]},
        also_on=array(_TEXT), error=_MAYBE,
        optional={"config": {"anyOf": [by_name(_part()), {"type": "null"}]}},
    )  # fmt: skip
    return {
        "$schema": DRAFT,
        "title": "meshctl proxy-status -o json",
        **array({"$ref": "#/$defs/proxy"}),
        "$defs": {"proxy": row},
    }


def _part() -> Schema:
    """Describe what differs in one part; both counts are null where it was not compared."""
    return closed(
        compared={"anyOf": [_COUNT, {"type": "null"}]}, match={"type": ["boolean", "null"]},
        only_istiod=array(_TEXT), only_envoy=array(_TEXT),
        differ=array(closed(name=_TEXT, diff=array(_TEXT))),
    )  # fmt: skip
