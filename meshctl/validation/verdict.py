"""Judges whether an API server with Istio's CRDs and webhook would store an object.

As the API server does, the rules in CEL run on objects that fit their schema, and the webhook is
asked about those that pass all of it.
"""

from typing import NamedTuple

from meshctl.istio.api_versions import GATEWAY_API
from meshctl.resources.resource import Resource
from meshctl.validation.cel.evaluator import CelRules, compile_rules
from meshctl.validation.checker import compile_schema
from meshctl.validation.faults import ACCEPTED, Check, Fault, Meant, Verdict
from meshctl.validation.metadata import check_metadata
from meshctl.validation.nulls import has_null, without_nulls
from meshctl.validation.schemas import Schema, Schemas
from meshctl.validation.webhook.kinds import check as ask_webhook


class _Kind(NamedTuple):
    """What the objects of one kind and version are held against."""

    schema: Schema
    check: Check
    rules: CelRules
    not_checked: tuple[str, ...]


class Judge:
    """Judges objects by the schemas of their kinds; each schema is compiled once.

    ``alone`` says that no rule with the whole mesh in view looks at them as well.
    """

    def __init__(self, schemas: Schemas, *, alone: bool = True) -> None:
        self._schemas = schemas
        self._alone = alone
        self._kinds: dict[tuple[str, str, str], _Kind | None] = {}

    def __call__(self, resource: Resource) -> Verdict:
        """Judge one object; a kind that nobody described is accepted."""
        kind = self._kind(resource)
        if kind is None:
            return self._undescribed(resource)
        faults = [*kind.check(resource.data)]
        faults += check_metadata(resource.group, resource.kind, resource.metadata)
        if not faults:
            stored = _as_stored(resource, kind.schema)
            faults += kind.rules.check(stored.data) or ask_webhook(stored, alone=self._alone)
        return Verdict(tuple(faults), kind.not_checked) if faults or kind.not_checked else ACCEPTED

    def describes(self, resource: Resource) -> bool:
        """Is there a schema of its kind?"""
        return self._kind(resource) is not None

    def _kind(self, resource: Resource) -> _Kind | None:
        key = (resource.group, _version_of(resource), resource.kind)
        if key not in self._kinds:
            self._kinds[key] = self._compile(*key)
        return self._kinds[key]

    def _compile(self, group: str, version: str, kind: str) -> _Kind | None:
        schema = self._schemas.find(group, version, kind)
        if schema is None:
            return None
        properties = schema["properties"]
        if "status" in properties:
            # The API server drops the status of a new object before it looks at the types in it.
            schema = {**schema, "properties": {**properties, "status": {}}}
        rules = compile_rules(schema)
        if group == GATEWAY_API:
            from meshctl.validation.gateway_api.rules import rules_of  # noqa: PLC0415 - for its kinds

            rules = rules_of(kind, rules)
        return _Kind(
            schema,
            compile_schema(schema),
            rules,
            tuple(
                f"meshctl does not know the CEL rule `{' '.join(text.split())}` of {kind}"
                for text in rules.unknown
            ),
        )

    def _undescribed(self, resource: Resource) -> Verdict:
        served = self._schemas.own_versions(resource.group, resource.kind)
        if not served:
            return ACCEPTED
        version = _version_of(resource)
        message = f"the CRD of {resource.kind} serves {', '.join(served)}, not {version}"
        meant = Meant(f"{resource.group}/{served[0]}", is_sure=False) if resource.group else None
        fault = Fault("value-not-allowed", ("apiVersion",), message, meant=meant)
        return Verdict((fault,))


def _version_of(resource: Resource) -> str:
    return resource.api_version.rpartition("/")[2]


def _as_stored(resource: Resource, schema: Schema) -> Resource:
    if not has_null(resource.data.get("spec")):
        return resource
    data = without_nulls(resource.data, schema, schema.get("$defs", {}))
    return type(resource)(resource.document, data, resource.prefix, resource.namespace)
