"""Describes the JSON forms of answers as JSON Schemas, which ``schemas/`` holds."""

import json
from typing import Any, get_args

from meshctl.gate.by_hand import FilesAnswer
from meshctl.generate.authorization.plan import AuthorizationAnswer
from meshctl.generate.service.values_schema import values_schema
from meshctl.generate.sidecar.plan import SidecarAnswer
from meshctl.inspect.describe import FindingAnswer, Subject
from meshctl.inspect.describe.gateway import ServingWorkload
from meshctl.inspect.graph.picture import Graph
from meshctl.inspect.injection.explanation import InjectionAnswer
from meshctl.inspect.proxies.versions import Versions
from meshctl.inspect.size.answer import SizeAnswer
from meshctl.inspect.tls.rows import TlsLine
from meshctl.output.changes.schema import diff_schema
from meshctl.output.describe.write import VERSION
from meshctl.output.diagnose.schema import diagnose_schema
from meshctl.output.json_schema import DRAFT, Schema, described, schema_of
from meshctl.output.migration.form import migration_schema
from meshctl.output.proxies.schema import proxies_schema
from meshctl.output.routes.schema import routes_schema
from meshctl.output.trace.schema import trace_schema
from meshctl.output.trace.tests_schema import expectations_schema, requests_schema
from meshctl.output.upgrade.schema import upgrade_schema


def schemas() -> dict[str, str]:
    """Give the text of every schema of an answer by the name of its file."""
    found = {
        "describe-v1.json": _describe(),
        "tls-check-v1.json": schema_of(list[TlsLine], "meshctl tls-check -o json"),
        "check-inject-v1.json": schema_of(list[InjectionAnswer], "meshctl check-inject -o json"),
        "version-v1.json": _version(),
        "routes-v1.json": routes_schema(),
        "proxy-status-v1.json": proxies_schema(),
        "trace-v1.json": trace_schema(),
        "diff-v1.json": diff_schema(),
        "migrate-v1.json": migration_schema(),
        "diagnose-v1.json": diagnose_schema(),
        "upgrade-v1.json": upgrade_schema(),
        "graph-v1.json": schema_of(Graph, "meshctl graph -o json"),
        "request-tests.json": expectations_schema(),
        "requests.json": requests_schema(),
        "service-values-v1.json": values_schema(),
        "generate-sidecar-v1.json": _versioned(SidecarAnswer, "meshctl generate sidecar -o json"),
        "generate-authorization-v1.json": _versioned(
            AuthorizationAnswer, "meshctl generate authorization -o json"
        ),
        "webhook-test-v1.json": _versioned(FilesAnswer, "meshctl webhook test -o json"),
        "size-v1.json": _versioned(SizeAnswer, "meshctl size -o json"),
    }
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in found.items()}


def _versioned(kind: type, title: str) -> Schema:
    """Describe an answer that is written with its version beside its own keys."""
    known: dict[str, Schema] = {}
    described(kind, known)
    own = known.pop(kind.__name__)
    properties = {"version": {"const": 1}, **own["properties"]}
    form = {**own, "properties": properties, "required": list(properties)}
    return {"$schema": DRAFT, "title": title, **form, "$defs": dict(sorted(known.items()))}


def _describe() -> Schema:
    """Describe what ``describe`` writes: the keys of one of its subjects, and those of all."""
    known: dict[str, Schema] = {}
    shared: dict[str, Any] = {
        "version": {"const": VERSION},
        "not_shown": described(list[str], known),
        "findings": described(list[FindingAnswer], known),
    }
    forms = []
    for kind in get_args(Subject):
        reference = described(kind, known)
        if kind is ServingWorkload:
            own: dict[str, Any] = {"serves": reference}
        else:
            own = known.pop(kind.__name__)["properties"]
        properties = {**shared, **own}
        forms.append({
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        })  # fmt: skip
    title = "meshctl describe -o json"
    return {"$schema": DRAFT, "title": title, "anyOf": forms, "$defs": dict(sorted(known.items()))}


def _version() -> Schema:
    """Describe what ``version`` writes: with ``--client`` the client's version alone."""
    schema = schema_of(Versions, "meshctl version -o json")
    schema["$defs"]["Versions"]["required"] = ["client"]
    return schema
