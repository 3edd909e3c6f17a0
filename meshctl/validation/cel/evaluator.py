"""Evaluates the CEL rules of a CRD (``x-kubernetes-validations``).

They run on objects that fit the schema. A rule whose text nobody knows is named, so that it can
be reported as not checked.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from meshctl.validation.cel.rules import Rule, find_rule
from meshctl.validation.checker import Schema
from meshctl.validation.faults import Check, Fault, below


class CelRules(NamedTuple):
    """The rules of one schema as a function, and the texts of those that are unknown."""

    check: Check
    unknown: tuple[str, ...]


def compile_rules(schema: Schema) -> CelRules:
    """Make the function that runs the rules of a schema; it visits only what has rules."""
    compiler = _RuleCompiler(schema)
    check = compiler.compile(schema)
    return CelRules(check or _nothing, tuple(dict.fromkeys(compiler.unknown)))


def _nothing(_value: Any) -> Sequence[Fault]:
    return ()


class _RuleCompiler:
    def __init__(self, root: Schema) -> None:
        self.unknown: list[str] = []
        self._definitions: Schema = root.get("$defs", {})
        self._compiled: dict[str, Check | None] = {}

    def compile(self, schema: Schema) -> Check | None:
        """Make the function for one level and what lies below; ``None`` where there is no rule."""
        if "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            if name not in self._compiled:
                self._compiled[name] = self.compile(self._definitions[name])
            return self._compiled[name]
        checks = [self._fields(schema), self._entries(schema), self._items(schema)]
        rules = list(self._rules(schema))
        if rules:
            checks.append(_own(rules))
        known = [check for check in checks if check is not None]
        return known[0] if len(known) == 1 else _all(known) if known else None

    def _rules(self, schema: Schema) -> Iterator[Rule]:
        for entry in schema.get("x-kubernetes-validations", ()):
            rule = find_rule(entry["rule"])
            if rule is None:
                self.unknown.append(entry["rule"])
            else:
                yield rule

    def _fields(self, schema: Schema) -> Check | None:
        compiled = {name: self.compile(part) for name, part in schema.get("properties", {}).items()}
        checks = [(name, check) for name, check in compiled.items() if check is not None]
        if not checks:
            return None

        def check_fields(value: Any) -> Sequence[Fault]:
            faults: list[Fault] = []
            for name, check in checks:
                item = value.get(name)
                if item is not None and (found := check(item)):
                    faults += below(name, found)
            return faults

        return check_fields

    def _entries(self, schema: Schema) -> Check | None:
        part = schema.get("additionalProperties")
        check = self.compile(part) if isinstance(part, dict) else None
        if check is None:
            return None
        fields = schema.get("properties", {})
        return lambda value: [
            fault
            for name, item in value.items()
            if item is not None and name not in fields
            for fault in below(name, check(item))
        ]

    def _items(self, schema: Schema) -> Check | None:
        part = schema.get("items")
        check = self.compile(part) if isinstance(part, dict) else None
        if check is None:
            return None

        def check_items(value: Any) -> Sequence[Fault]:
            faults: list[Fault] = []
            for index, item in enumerate(value):
                if item is not None and (found := check(item)):
                    faults += below(index, found)
            return faults

        return check_items


def _own(rules: list[Rule]) -> Check:
    return lambda value: [
        Fault("cel-rule", broken_rule.path, broken_rule.message, key=broken_rule.key)
        for rule in rules
        for broken_rule in rule(value)
    ]


def _all(checks: list[Check]) -> Check:
    return lambda value: [fault for check in checks for fault in check(value)]
