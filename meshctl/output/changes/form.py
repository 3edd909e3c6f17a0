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
                "resource": one.either.kind, "namespace": one.either.namespace,
                "name": one.either.name, "change": one.word,
            }
            for one in changes.objects
        ],
        "routes": [_request(route) for route in changes.routes],
        "access": [_access(one) for one in changes.access],
        "tls": [{**_request(one), "rows": _rows(one)} for one in changes.tls],
        "injection": [_value(one) for one in changes.injection],
        "listeners": [_value(listener) for listener in changes.listeners],
        "hosts": [_value(host) for host in changes.hosts],
        "order": [
            {"message": one.message, "first": one.first.title, "then": one.then.title}
            for one in changes.order
        ],
        "is_cut": changes.is_cut,
    }  # fmt: skip


def _findings(report: Report, several: Iterable[LocatedFinding]) -> list[dict[str, Any]]:
    return [finding_data(report, one) for one in several]


def _request(one: ChangedRequest) -> dict[str, Any]:
    was = form(one.was)
    return {
        "client": one.client, "host": one.host, "witness": was["request"],
        "was": was, "is": form(one.now), "details": [_value(each) for each in one.details],
    }  # fmt: skip


def _rows(one: ChangedRequest) -> list[dict[str, Any]]:
    return [{"was": data_of(row.before), "is": data_of(row.after)} for row in one.rows]


def _access(one: ChangedRequest) -> dict[str, Any]:
    was = form(one.was)
    return {
        "client": one.client, "server": one.host, "request": was["request"],
        "was": was, "is": form(one.now), "details": [_value(each) for each in one.details],
    }  # fmt: skip


def _value(one: ChangedValue) -> dict[str, Any]:
    return {"name": one.name, "was": one.was, "is": one.now}
