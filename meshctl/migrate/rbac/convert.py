"""Converts the objects of rbac.istio.io together, since the switch and the bindings decide."""

from collections.abc import Sequence

from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.migrate.rbac.roles import Binder, Binding, RoleConverter, convert_role
from meshctl.migrate.rbac.subjects import subjects
from meshctl.migrate.rbac.switch import ASSUMED, Switch, convert_switch
from meshctl.resources import Resource

GROUP = "rbac.istio.io"
_SWITCHES = ("ClusterRbacConfig", "RbacConfig")


def convert(several: Sequence[tuple[Resource, Draft]], known: Known) -> None:
    """Convert all of them."""
    of = {
        kind: [pair for pair in several if pair[0].kind == kind]
        for kind in (*_SWITCHES, "ServiceRole", "ServiceRoleBinding")
    }
    switch = _switch([pair for kind in _SWITCHES for pair in of[kind]], known)
    bindings = of["ServiceRoleBinding"]
    binder = Binder([pair for pair in bindings if not pair[0].spec.has("actions")])
    made: dict[tuple[str, str], Draft] = {}
    for role, draft in of["ServiceRole"]:
        convert_role(role, draft, known, switch, binder)
        made[role.namespace, role.name] = draft
    for binding, draft in bindings:
        if binding.spec.has("actions"):
            is_dry = binding.spec.text("mode") == "PERMISSIVE"
            own = Binding(binding, tuple(subjects(binding.spec, draft)), is_dry)
            RoleConverter(binding, draft, known, switch).convert(binding.spec, "actions", [own])
            continue
        name = binder.roles[binding]
        role_draft = made.get((binding.namespace, name))
        if role_draft is None:
            draft.lost(
                f"ServiceRole {name or '(without a name)'} is not in the input",
                binding.spec.at(),
                instead="add it to the input, since the policy says both in one object",
            )
            continue
        objects = role_draft.made
        draft.share(objects)
        if not objects and role_draft.is_lost:
            draft.lost(f"ServiceRole {name} has nothing like it", instead="see what is said there")
        elif not objects:
            draft.exact(f"ServiceRole {name} becomes no policy, so that nothing is left to bind")
    known_kinds = {*_SWITCHES, "ServiceRole", "ServiceRoleBinding"}
    for other, draft in several:
        if other.kind not in known_kinds:
            draft.lost(f"{GROUP} never had a kind {other.kind}", instead="correct the kind")


def _switch(configs: Sequence[tuple[Resource, Draft]], known: Known) -> Switch:
    """Find the switch: a ClusterRbacConfig counts before an RbacConfig."""
    found: Switch | None = None
    for config, draft in configs:
        if found is not None:
            draft.exact("another ClusterRbacConfig or RbacConfig counts before it")
            continue
        found = convert_switch(config, draft, known)
    if found is not None:
        return found
    return Switch("OFF") if known.mesh.is_whole else ASSUMED
