"""Writes what ``diff`` answers for programs, in the form of schemas/diff-v1.json."""

from collections.abc import Iterable
from typing import Any

from meshctl.engine.report import LocatedFinding, Report
from meshctl.inspect.changes.changed_requests import ChangedRequest, ChangedValue
from meshctl.inspect.changes.comparison import Comparison
from meshctl.inspect.trace.answer import form
from meshctl.output.data import data_of
from meshctl.output.findings.json_v1 import finding_data

VERSION = 1


def comparison_form(found: Comparison) -> dict[str, Any]:
    """Write a comparison for programs."""
    changes = found.changes
    return {
        "version": VERSION,
        "findings": {
            "new": _findings(found.after, found.new), "gone": _findings(found.before, found.gone),
        },
        "objects": [
            {
                "resource": changed_object.either.kind, "namespace": changed_object.either.namespace,
                "name": changed_object.either.name, "change": changed_object.word,
            }
            for changed_object in changes.objects
        ],
        "routes": [_request(route) for route in changes.routes],
        "access": [_access(changed_request) for changed_request in changes.access],
        "tls": [{**_request(changed_request), "rows": _rows(changed_request)} for changed_request in changes.tls],
        "injection": [_value(changed_value) for changed_value in changes.injection],
        "listeners": [_value(listener) for listener in changes.listeners],
        "hosts": [_value(host) for host in changes.hosts],
        "order": [
            {"message": order_hazard.message, "first": order_hazard.first.title, "then": order_hazard.then.title}
            for order_hazard in changes.order
        ],
        "is_cut": changes.is_cut,
    }  # fmt: skip


def _findings(report: Report, several: Iterable[LocatedFinding]) -> list[dict[str, Any]]:
    return [finding_data(report, finding) for finding in several]


def _request(changed_request: ChangedRequest) -> dict[str, Any]:
    was = form(changed_request.was)
    return {
        "client": changed_request.client, "host": changed_request.host, "witness": was["request"],
        "was": was, "is": form(changed_request.now), "details": [_value(each) for each in changed_request.details],
    }  # fmt: skip


def _rows(changed_request: ChangedRequest) -> list[dict[str, Any]]:
    return [{"was": data_of(row.before), "is": data_of(row.after)} for row in changed_request.rows]


def _access(changed_request: ChangedRequest) -> dict[str, Any]:
    was = form(changed_request.was)
    return {
        "client": changed_request.client, "server": changed_request.host, "request": was["request"],
        "was": was, "is": form(changed_request.now), "details": [_value(each) for each in changed_request.details],
    }  # fmt: skip


def _value(changed_value: ChangedValue) -> dict[str, Any]:
    return {"name": changed_value.name, "was": changed_value.was, "is": changed_value.now}
