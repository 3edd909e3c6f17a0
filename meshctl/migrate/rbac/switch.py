"""Reads where RBAC was on: ClusterRbacConfig and RbacConfig, of which ``default`` alone counts.

The meaning is that of Istio 1.5 (pilot/pkg/security/authz/model, and api/rbac/v1alpha1).
"""

from dataclasses import dataclass

from meshctl.istio.annotation_names import DRY_RUN
from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import AUTHORIZATION_POLICY
from meshctl.migrate.known import Known
from meshctl.resources import Gateway, Ref, Resource, Service, View
from meshctl.words import quoted

_OTHER = "only the object that is named default counted; this one did nothing"


@dataclass(frozen=True, slots=True)
class Switch:
    """Where RBAC was on: everywhere, or in the namespaces and Services that are named, or not."""

    mode: str
    namespaces: frozenset[str] = frozenset()
    services: frozenset[tuple[str, str]] = frozenset()
    is_dry_run: bool = False
    is_known: bool = True
    """Does the input have the object? Else it may be elsewhere."""

    def whole(self, namespace: str) -> bool:
        """Was it on in all of a namespace, perhaps but for Services that allow everything?"""
        match self.mode:
            case "ON":
                return True
            case "ON_WITH_EXCLUSION":
                return namespace not in self.namespaces
            case "ON_WITH_INCLUSION":
                return namespace in self.namespaces
        return False

    def has(self, service: Service) -> bool:
        """Was it on for a Service?"""
        named = (service.namespace, service.name) in self.services
        if self.mode == "ON_WITH_EXCLUSION":
            return self.whole(service.namespace) and not named
        return self.whole(service.namespace) or (self.mode == "ON_WITH_INCLUSION" and named)

    def touches(self, namespace: str) -> bool:
        """Was it on for anything in a namespace?"""
        if self.whole(namespace):
            return True
        return self.mode == "ON_WITH_INCLUSION" and any(
            home == namespace for home, _ in self.services
        )


ASSUMED = Switch("ON", is_known=False)


def dry_run(*, wanted: bool) -> dict[str, str]:
    """The annotation of a policy that only logs."""
    return {DRY_RUN: "true"} if wanted else {}


def counts(config: Resource) -> bool:
    """Is it the object that Istio read?"""
    return config.name == "default"


def convert_switch(config: Resource, draft: Draft, known: Known) -> Switch | None:
    """Convert a ClusterRbacConfig; ``None`` for one that did nothing."""
    if not counts(config):
        draft.exact(_OTHER)
        return None
    mode = _mode(config, draft)
    is_dry_run = config.spec.text("enforcement_mode") == "PERMISSIVE" or (
        config.spec.text("enforcementMode") == "PERMISSIVE"
    )
    if mode == "OFF":
        draft.exact("RBAC is off, so that no ServiceRole did anything: nothing takes its place")
        return Switch("OFF")
    if mode not in {"ON", "ON_WITH_INCLUSION", "ON_WITH_EXCLUSION"}:
        draft.lost(
            f"there was no mode {mode}", config.spec.at("mode"), instead="say what it should do"
        )
        return Switch("OFF")
    target = {"ON_WITH_INCLUSION": "inclusion", "ON_WITH_EXCLUSION": "exclusion"}.get(mode, "")
    named = config.spec.child(target) if target else View(config, (), {})
    switch = Switch(
        mode,
        frozenset(named.texts("namespaces")) - {""},
        frozenset(_services(named, known, draft)),
        is_dry_run,
    )
    _Writer(draft, known, switch).write(named)
    return switch


def _mode(config: Resource, draft: Draft) -> str:
    """Read the mode; YAML reads ON and OFF without quotes as booleans."""
    written = config.spec.data.get("mode")
    if isinstance(written, bool):
        mode = "ON" if written else "OFF"
        draft.exact(f"{mode} without quotes is a boolean, and is taken for the mode",
                    config.spec.at("mode"))  # fmt: skip
        return mode
    return config.spec.text("mode", "OFF")


def _services(named: View, known: Known, draft: Draft) -> list[tuple[str, str]]:
    found = []
    for index, host in enumerate(named.texts("services")):
        parts = known.parts(host, "default")
        if parts is None:
            place = named.at("services", index)
            text = f"{quoted(host)} is no name of one Service, and was refused"
            draft.lost(text, place, instead="name the Services, or their namespaces")
            continue
        found.append((parts[1], parts[0]))
    return found


class _Writer:
    """Writes the policies that do what the switch did."""

    def __init__(self, draft: Draft, known: Known, switch: Switch) -> None:
        self._draft, self._known = draft, known
        self._marks = dry_run(wanted=switch.is_dry_run)
        self._mode = switch.mode
        is_excluding = switch.mode == "ON_WITH_EXCLUSION"
        self._name = "allow-all" if is_excluding else "deny-all"
        self._rules: dict[str, object] = {"rules": [{}]} if is_excluding else {}

    def write(self, named: View) -> None:
        """Write those for the mesh, for namespaces and for Services."""
        if self._mode != "ON_WITH_INCLUSION":
            self._make("deny-all", self._known.root, {})
            self._tell_gateways()
        for index, namespace in enumerate(named.texts("namespaces")):
            if namespace in {"", "*"}:
                text = f"{quoted(namespace)} is no namespace, and was refused"
                place = named.at("namespaces", index)
                self._draft.lost(text, place, instead="name the namespaces")
            else:
                self._make(self._name, namespace, self._rules)
        for index, host in enumerate(named.texts("services")):
            self._service(host, named.at("services", index))

    def _tell_gateways(self) -> None:
        gateways = self._known.mesh.of(Gateway)
        if gateways:
            self._draft.near(
                "the policy of the root namespace denies at gateways as well, where RBAC looked "
                "at the Services of the mesh",
                instead=f"add an ALLOW policy for the workloads of {gateways[0].title} if they "
                "have to stay open",
            )

    def _service(self, host: str, place: Ref) -> None:
        if self._known.parts(host, "default") is None:
            return
        service = self._known.service(host, "default")
        if service is None or not service.selector:
            why = "is not in the input" if service is None else "has no selector"
            self._draft.lost(
                f"Service {host} {why}, so that its pods are not known", place,
                instead="add the Service to the input, or write the policy with the labels of "
                "its pods",
            )  # fmt: skip
            return
        spec = {"selector": {"matchLabels": service.selector}, **self._rules}
        self._make(f"{self._name}-{service.name}", service.namespace, spec)

    def _make(self, name: str, namespace: str, spec: dict[str, object]) -> None:
        self._draft.make(
            AUTHORIZATION_POLICY, name, spec, namespace=namespace, annotations=self._marks
        )
