"""Converts rules that deny: the denier, and lists of what is let in or refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import AUTHORIZATION_POLICY
from meshctl.migrate.known import Known
from meshctl.migrate.mixer.expressions import Attribute, ExpressionError, alternatives, attribute
from meshctl.migrate.mixer.join import Action
from meshctl.migrate.mixer.scopes import CantSayError, Clause, Reader
from meshctl.migrate.values import values_of
from meshctl.resources import Ref, Resource, View
from meshctl.resources.view import as_number
from meshctl.words import quoted

_PERMISSION_DENIED = 7
_TEXT = "RBAC: access denied"
_EXTERNAL = "have an external authorizer decide (AuthorizationPolicy CUSTOM)"


def deny(rule: Resource, draft: Draft, action: Action, known: Known) -> None:
    """Convert a rule with a denier."""
    _tell_status(action.handler.params.child("status"), draft)
    reader = Reader(draft, known, rule.spec.at("match"))
    clauses = _clauses(rule, draft, reader)
    _write(rule, draft, clauses, known)


def check_list(rule: Resource, draft: Draft, action: Action, known: Known) -> None:
    """Convert a rule with a list of values that are refused, or alone let in."""
    params = action.handler.params
    is_refusing = params.flag("blacklist") is True
    for key in ("providerUrl", "provider_url"):
        if params.has(key):
            draft.lost("the list is fetched from an address", params.at(key), instead=_EXTERNAL)
            return
    kind = params.text("entryType", "STRINGS")
    if kind == "REGEX":
        draft.lost("the list holds regular expressions, which AuthorizationPolicies don't have",
                   params.at("entryType"), instead=_EXTERNAL)  # fmt: skip
        return
    if kind == "CASE_INSENSITIVE_STRINGS":
        draft.near("values are compared with their case today", params.at("entryType"),
                   instead="list every spelling that occurs")  # fmt: skip
    values = values_of(params, "overrides")
    reader = Reader(draft, known, rule.spec.at("match"))
    clauses = _clauses(rule, draft, reader)
    found = []
    for instance in action.instances:
        named = _value(instance.params, draft)
        if named is None:
            return
        if not values and not is_refusing:
            own: Mapping[str, Any] = {}
        elif not values:
            draft.exact("the list is empty, so that nothing was refused", params.at())
            return
        else:
            try:
                own = reader.list_condition(
                    named.name, named.key, values, is_negated=not is_refusing
                )
            except CantSayError as error:
                draft.lost(error.args[0], instance.params.at("value"), instead=error.args[1])
                return
        found += [_joined(clause, own) for clause in clauses]
    _write(rule, draft, found, known)


def _value(instance: View, draft: Draft) -> Attribute | None:
    text = instance.text("value")
    try:
        return attribute(text)
    except ExpressionError as error:
        draft.lost(f"the value of the list can't be read: {error}", instance.at("value"),
                   instead=_EXTERNAL)  # fmt: skip
        return None


def _joined(clause: Clause, own: Mapping[str, Any]) -> Clause:
    """Demand both; the values of one field are alternatives, so they stay apart in ``when``."""
    rule = dict(clause.rule)
    for key, field in (("from", "source"), ("to", "operation")):
        if key in own:
            before = rule.get(key, [{field: {}}])[0][field]
            rule[key] = [{field: {**own[key][0][field], **before}}]
    if "when" in own:
        rule["when"] = [*rule.get("when", ()), *own["when"]]
    return clause._replace(rule=rule)


def _clauses(rule: Resource, draft: Draft, reader: Reader) -> list[Clause]:
    """Read the match of a rule; what can't be said is noted and left out."""
    place: Ref = rule.spec.at("match")
    try:
        several = alternatives(rule.spec.text("match"))
    except ExpressionError as error:
        draft.lost(f"the match can't be read: {error}", place, instead=_EXTERNAL)
        return []
    found = []
    for conditions in several:
        try:
            found.append(reader.clause(conditions))
        except CantSayError as error:
            draft.lost(error.args[0], place, instead=error.args[1])
    return found


def _write(rule: Resource, draft: Draft, clauses: Sequence[Clause], known: Known) -> None:
    """Write a policy for each set of pods."""
    of: dict[tuple[str, frozenset[tuple[str, str]]], list[Clause]] = {}
    for clause in clauses:
        key = clause.namespace, frozenset(clause.selector.items())
        of.setdefault(key, []).append(clause)
    for (namespace, _), several in of.items():
        selector = several[0].selector
        spec: dict[str, Any] = {"selector": {"matchLabels": dict(selector)}} if selector else {}
        ports = known.http_ports(namespace, selector)
        rules = list(
            {str(applied.rule): _at_ports(applied.rule, ports) for applied in several}.values()
        )
        home = None if namespace == rule.namespace else namespace
        draft.make(
            AUTHORIZATION_POLICY, rule.name,
            {**spec, "action": "DENY", "rules": rules}, namespace=home,
        )  # fmt: skip


def _at_ports(rule: Mapping[str, Any], ports: Sequence[str]) -> dict[str, Any]:
    """Narrow a rule that asks about HTTP to the ports that have it."""
    operation = dict(rule.get("to", [{"operation": {}}])[0]["operation"])
    is_http = bool(operation.keys() - {"ports", "notPorts"}) or any(
        condition["key"].startswith("request.") for condition in rule.get("when", ())
    )
    if not ports or not is_http or "ports" in operation:
        return dict(rule)
    return {**rule, "to": [{"operation": {**operation, "ports": list(ports)}}]}


def _tell_status(status: View, draft: Draft) -> None:
    code = as_number(status.data.get("code"))
    if code not in {None, _PERMISSION_DENIED}:
        draft.near(f"status code {code} becomes 403, as for every DENY", status.at("code"))
    if status.has("message"):
        draft.near(f"the text of the answer is always {quoted(_TEXT)}", status.at("message"))
