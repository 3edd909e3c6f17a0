"""Converts ServiceRoles with their ServiceRoleBindings to AuthorizationPolicies.

As ``istioctl x authz convert`` of Istio 1.5 (pilot/pkg/security/authz/converter/converter.go), which
forgets hosts, ports, all the not-fields and names, and enforces what the switch had left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import AUTHORIZATION_POLICY
from meshctl.migrate.known import Known
from meshctl.migrate.rbac.conditions import Clause, condition, is_condition, label_of
from meshctl.migrate.rbac.subjects import Subject, subjects
from meshctl.migrate.rbac.switch import Switch, dry_run
from meshctl.migrate.values import values_of
from meshctl.resources import Ref, Resource, Service, View
from meshctl.resources.view import views
from meshctl.words import quoted

_OPERATION = (
    "hosts",
    "notHosts",
    "paths",
    "notPaths",
    "methods",
    "notMethods",
    "ports",
    "notPorts",
)
_FIELDS = frozenset({*_OPERATION, "services", "constraints"})
_EVERYTHING = "*"
Labels = dict[str, str]


class Binding(NamedTuple):
    """Who may use a role, and whether a binding only logs."""

    resource: Resource
    subjects: tuple[Subject, ...]
    is_dry_run: bool


class Binder:
    """Finds the bindings of roles, each read once."""

    def __init__(self, bindings: Sequence[tuple[Resource, Draft]]) -> None:
        self._of_role: dict[tuple[str, str], list[Binding]] = {}
        self.roles: dict[Resource, str] = {}
        for resource, draft in bindings:
            name = resource.spec.child("roleRef").text("name") or resource.spec.text("role")
            self.roles[resource] = name
            is_dry = "PERMISSIVE" in {
                resource.spec.text("mode"), resource.spec.text("enforcementMode"),
            }  # fmt: skip
            found = Binding(resource, tuple(subjects(resource.spec, draft)), is_dry)
            self._of_role.setdefault((resource.namespace, name), []).append(found)

    def of(self, role: Resource) -> list[Binding]:
        """The bindings of a role, in order."""
        return self._of_role.get((role.namespace, role.name), [])


def convert_role(
    role: Resource, draft: Draft, known: Known, switch: Switch, binder: Binder
) -> None:
    """Convert a ServiceRole with all of its bindings."""
    bindings = binder.of(role)
    if not bindings:
        draft.exact("nothing in the input binds this role, so that it allowed nobody anything")
        return
    RoleConverter(role, draft, known, switch).convert(role.spec, "rules", bindings)


class RoleConverter:
    """Converts the rules of a role, or the actions of a binding that is one itself."""

    def __init__(self, role: Resource, draft: Draft, known: Known, switch: Switch) -> None:
        self._role, self._draft, self._known, self._switch = role, draft, known, switch

    def convert(self, spec: View, key: str, bindings: Sequence[Binding]) -> None:
        """Write a policy for each rule, selection of pods and kind of enforcement."""
        switch, draft = self._switch, self._draft
        if not switch.touches(self._role.namespace):
            draft.exact("RBAC was not on in this namespace, so that it did nothing")
            return
        if not switch.is_known:
            draft.near(
                "the input has no ClusterRbacConfig, so that RBAC is taken to have been on",
                instead="add the ClusterRbacConfig to the input, or leave these policies out if it "
                "was off: they deny what they don't allow",
            )
        for rule in views(spec, key, View):
            self._rule(rule, bindings)

    def _rule(self, rule: View, bindings: Sequence[Binding]) -> None:
        for name in rule.names():
            if name not in _FIELDS:
                self._refuse(f"a rule has no field {name}", rule.at(name))
                return
        read = _Constraints(rule, self._draft, self._role.namespace)
        if not read.can_match:
            return
        operation = self._operation(rule, read)
        places = [*self._selections(rule)]
        for is_dry in sorted({binding.is_dry_run for binding in bindings}):
            people = [
                s for binding in bindings if binding.is_dry_run == is_dry for s in binding.subjects
            ]
            rules = [
                Clause(who.source, operation, (*read.when, *who.when)).form() for who in people
            ]
            if not rules:
                continue
            for (name, selector), labels in product(places, read.labels):
                self._write(name, selector, labels, rules, is_dry=is_dry or self._switch.is_dry_run)

    def _write(
        self, name: str, selector: Labels, labels: Labels, rules: list[Any], *, is_dry: bool
    ) -> None:
        """Write one policy; pods that two conditions on one label leave none of have none."""
        if any(selector.get(key, value) != value for key, value in labels.items()):
            self._draft.exact(
                f"no pod of Service {name} has the labels {_shown(labels)} that the constraint asks "
                "for, so that this rule allowed nothing there"
            )
            return
        chosen = {**selector, **labels}
        spec: dict[str, Any] = {"selector": {"matchLabels": chosen}} if chosen else {}
        full = f"{self._role.name}-{name}" if name else self._role.name
        spec |= {"action": "ALLOW", "rules": rules}
        self._draft.make(AUTHORIZATION_POLICY, full, spec, annotations=dry_run(wanted=is_dry))

    def _operation(self, rule: View, read: "_Constraints") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in _OPERATION:
            values = values_of(rule, key)
            if values and not (key in {"methods", "paths", "hosts"} and _EVERYTHING in values):
                found[key] = values
        if read.ports:
            found["ports"] = read.ports
        return found

    def _selections(self, rule: View) -> Iterator[tuple[str, Labels]]:
        """Walk what a rule is for: a name for the policy, and the labels of its pods."""
        seen: set[str] = set()
        for index, host in enumerate(rule.texts("services")):
            if host == _EVERYTHING and self._switch.whole(self._role.namespace):
                yield "", {}
                continue
            for service in self._services(host, rule.at("services", index)):
                if service.name in seen:
                    continue
                seen.add(service.name)
                if not service.selector:
                    self._refuse(
                        f"Service {service.name} has no selector, so that its pods are not known",
                        rule.at("services", index),
                    )
                else:
                    yield service.name, service.selector

    def _services(self, host: str, place: Ref) -> Iterable[Service]:
        namespace = self._role.namespace
        if "*" in host:
            found = [
                one for one in self._known.services(namespace)
                if _is_like(host, one.name) or _is_like(host, self._known.host(one.name, namespace))
            ]  # fmt: skip
            if host != _EVERYTHING:
                self._draft.near(
                    f"{quoted(host)} is written out for the Services of today: "
                    f"{', '.join(one.name for one in found) or 'none'}", place,
                    instead="Services that come later need a policy of their own",
                )  # fmt: skip
            return [one for one in found if self._switch.has(one)]
        parts = self._known.parts(host, namespace)
        if parts is not None and parts[1] != namespace:
            text = f"{host} is in another namespace, so that this role never applied to it"
            self._draft.exact(text, place)
            return []
        service = self._known.service(host, namespace)
        if service is None:
            text = f"Service {host} is not in the input, so that the labels of its pods are unknown"
            self._refuse(text, place)
            return []
        if not self._switch.has(service):
            self._draft.exact(f"RBAC was not on for Service {service.name}", place)
            return []
        return [service]

    def _refuse(self, text: str, place: Ref) -> None:
        self._draft.lost(
            text, place,
            instead="add the Service to the input, or write the policy with the labels of the pods",
        )  # fmt: skip


class _Constraints:
    """What the constraints of a rule ask for."""

    def __init__(self, rule: View, draft: Draft, namespace: str) -> None:
        self.when: list[dict[str, Any]] = []
        self.ports: list[str] = []
        self.can_match = True
        self._choices: dict[str, list[str]] = {}
        self._draft, self._namespace = draft, namespace
        for view in views(rule, "constraints", View):
            self._read(view, view.text("key"), values_of(view, "values"))

    @property
    def labels(self) -> list[Labels]:
        """The labels that pods have to have, one set for each choice of values."""
        names = list(self._choices)
        return [
            dict(zip(names, values, strict=True)) for values in product(*self._choices.values())
        ]

    def _read(self, view: View, key: str, values: list[str]) -> None:
        label = label_of(key)
        if label:
            self._choices[label] = values
        elif key == "destination.port":
            self.ports = values
        elif key == "destination.namespace":
            if self._namespace not in values:
                self.can_match = False
                self._draft.exact(
                    f"destination.namespace is never {' or '.join(values)} for a role of "
                    f"{self._namespace}, so that this rule allowed nothing", view.at(),
                )  # fmt: skip
        elif is_condition(key):
            self.when.append(condition(key, values))
        else:
            self.can_match = False
            instead = "ask for something that AuthorizationPolicies know"
            if key == "destination.user":
                instead = "select the pods of that service account by their labels"
            self._draft.lost(
                f"constraint {key} has nothing like it in an AuthorizationPolicy, so that this rule "
                "is left out and allows nothing", view.at("key"), instead=instead,
            )  # fmt: skip


def _is_like(pattern: str, name: str) -> bool:
    if pattern == _EVERYTHING:
        return True
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return pattern.startswith("*") and name.endswith(pattern[1:])


def _shown(labels: Labels) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
