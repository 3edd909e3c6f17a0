"""Reads the subjects of ServiceRoleBindings as sources of today.

Istio 1.5 asked for the claim ``groups`` where a subject names a group (pilot/pkg/security/authz/
model/model.go), whatever its own converter wrote.
"""

from collections.abc import Iterator
from typing import Any

from meshctl.migrate.drafts import Draft
from meshctl.migrate.rbac.conditions import SOURCE, condition, is_condition
from meshctl.migrate.values import values_of
from meshctl.resources import View
from meshctl.resources.view import views

_GROUPS = "request.auth.claims[groups]"
_LISTS = {
    "names": "principals", "notNames": "notPrincipals", "namespaces": "namespaces",
    "notNamespaces": "notNamespaces", "ips": "ipBlocks", "notIps": "notIpBlocks",
}  # fmt: skip
_FIELDS = frozenset({*_LISTS, "user", "group", "groups", "notGroups", "properties"})


class Subject:
    """One subject: the source and conditions that stand for it."""

    def __init__(self, view: View, draft: Draft) -> None:
        self.source: dict[str, Any] = {}
        self.when: list[dict[str, Any]] = []
        self._view, self._draft = view, draft
        self.is_readable = True
        self._read()

    def _read(self) -> None:
        view = self._view
        if not set(view.names()) & _FIELDS:
            self._refuse(view, "names nobody")
            return
        for key in view.names():
            if key not in _FIELDS:
                self._refuse(view, f"has a field {key} that Istio never had")
        user = view.text("user")
        if user and user != "*":
            self._add("principals", [user.removeprefix("spiffe://")])
        if view.text("group"):
            self.when.append(condition(_GROUPS, [view.text("group")]))
        for key, field in _LISTS.items():
            values = values_of(view, key)
            if values and not (key == "names" and values == ["*"]):
                self._add(field, values)
        if values_of(view, "groups"):
            self.when.append(condition(_GROUPS, values_of(view, "groups")))
        if values_of(view, "notGroups"):
            self.when.append({"key": _GROUPS, "notValues": values_of(view, "notGroups")})
        for key, value in view.child("properties").data.items():
            self._property(str(key), str(value))
        is_anybody = user == "*" or values_of(view, "names") == ["*"]
        if not (self.source or self.when or is_anybody):
            self._refuse(view, "names nobody")

    def _property(self, key: str, value: str) -> None:
        place = self._view.at("properties", key)
        if key in SOURCE:
            self._add(SOURCE[key], [value])
        elif is_condition(key):
            self.when.append(condition(key, [value]))
        else:
            self.is_readable = False
            self._draft.lost(
                f"property {key} has nothing like it in an AuthorizationPolicy", place,
                instead="ask for a principal, a namespace or a claim that says the same",
            )  # fmt: skip
        if key == "source.ip":
            self._draft.near(
                "source.ip is the address of the connection since 1.8",
                place,
                instead="at a gateway behind a proxy use remoteIpBlocks, which reads "
                "X-Forwarded-For",
            )

    def _add(self, field: str, values: list[str]) -> None:
        """Add to a field, of which every entry has to hold: all of a subject is ANDed."""
        known = self.source.get(field)
        if known is None or known == values:
            self.source[field] = values
        elif set(known) & set(values):
            self.source[field] = [value for value in known if value in values]
        else:
            self._refuse(self._view, f"asks for several {field} at once, which nobody has")

    def _refuse(self, view: View, what: str) -> None:
        self.is_readable = False
        self._draft.lost(f"this subject {what}", view.at(), instead="write whom it should allow")


def subjects(spec: View, draft: Draft) -> Iterator[Subject]:
    """Walk the subjects of a binding that can be read."""
    for view in views(spec, "subjects", View):
        subject = Subject(view, draft)
        if subject.is_readable:
            yield subject
