"""Describes the JSON form of the plan of an upgrade: the report's, and the plan beside it."""

from typing import Any

from meshctl.output.findings.schema import report_schema
from meshctl.output.json_schema import array, closed
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Phase

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_RELEASE: Schema = {"type": "string", "pattern": r"^1\.[0-9]+$"}


def upgrade_schema() -> Schema:
    """Describe version 1 of ``meshctl upgrade -o json``: a report with four more keys."""
    schema = report_schema()
    own = {
        "from": {"type": "string", "pattern": r"^1\.[0-9]+(\.[0-9]+)?$"},
        "to": {"type": "string", "pattern": r"^1\.[0-9]+(\.[0-9]+)?$"},
        "steps": array(_RELEASE),
        "found": array(closed(version=_TEXT, title=_TEXT, location=_or_null({
            "$ref": "#/$defs/location",
        }))),
        "changes": {"type": "integer", "minimum": 0},
        "plan": closed(**{phase.value: array({"$ref": "#/$defs/task"}) for phase in Phase}),
        "unconcerned": array({"$ref": "#/$defs/rule"}),
    }  # fmt: skip
    schema["$id"] = "urn:meshctl:schema:upgrade-v1"
    schema["title"] = "meshctl upgrade -o json"
    schema["properties"] |= own
    schema["required"] = [*schema["properties"]]
    schema["$defs"]["task"] = _task()
    return schema


def _task() -> Schema:
    return closed(
        release=_RELEASE,
        rule=_or_null({"$ref": "#/$defs/rule"}),
        severity=_or_null({"enum": [level.value for level in Severity]}),
        title=_TEXT,
        fix=_TEXT,
        places={"type": "integer", "minimum": 0},
        behaviour=array(closed(subject=_TEXT, was=_TEXT, now=_TEXT)),
        postponed=_or_null(closed(by=_TEXT, until=_or_null(_RELEASE))),
        ended=_or_null(_TEXT),
    )


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
