"""The namespaces in which there is, or will be, a Secret of a name.

Besides Secrets themselves, the input may have objects that a controller makes them of:
Certificates of cert-manager, ExternalSecrets, SealedSecrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import Certificate, Ref, Resource, Secret
from meshctl.resources.cached_property import cached_property
from meshctl.spelling import CloseNames

if TYPE_CHECKING:
    from meshctl.mesh.registry.certificates import CertificateFault

_CLOSE = 0.8
Homes = frozenset[str | None]
"""Namespaces in which the pods of a gateway run; ``None`` among them is unknown."""


class Secrets:
    """Secrets, written or still to be made, by name."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_name: dict[str, dict[str, Ref]] = {}
        self._close: dict[tuple[str, ...], CloseNames] = {}
        self._copied: dict[str, bool] = {}
        self._unusable = IdentityCache(self._find_unusable)  # many Gateways have the same pods
        self._certificates = IdentityCache(self._find_certificate)
        for resource in resources:
            for name, ref in _secrets(resource):
                self._by_name.setdefault(name, {}).setdefault(resource.namespace, ref)

    def called(self, name: str) -> dict[str, Ref]:
        """The namespaces with a Secret of this name, each with the place that says so."""
        return self._by_name.get(name, {})

    def is_copied(self, name: str) -> bool:
        """Is one of the Secrets of a name marked for a tool that copies it to other namespaces?"""
        if name not in self._copied:
            self._copied[name] = any(_is_copied(ref.resource) for ref in self.called(name).values())
        return self._copied[name]

    def within(self, name: str, homes: Homes) -> list[str]:
        """The namespaces, of some and sorted, with a Secret of this name."""
        return sorted(str(home) for home in self.called(name).keys() & homes)

    def secret(self, name: str, namespace: str) -> Secret | None:
        """The Secret itself, if the input has it."""
        ref = self.called(name).get(namespace)
        return ref.resource if ref is not None and isinstance(ref.resource, Secret) else None

    def unusable(self, name: str, homes: Homes) -> list[tuple[Secret, CertificateFault]]:
        """The Secrets of a name that gateways can't present in some namespaces, each with why."""
        return self._unusable.of(homes, name)

    def _find_unusable(self, homes: Homes, name: str) -> list[tuple[Secret, CertificateFault]]:
        from meshctl.mesh.registry.certificates import flaw  # noqa: PLC0415, reads certificates

        found = (self.secret(name, home) for home in self.within(name, homes))
        faults = ((secret, flaw(secret)) for secret in found if secret is not None)
        return [(secret, fault) for secret, fault in faults if fault is not None]

    def certificate(self, name: str, homes: Homes) -> Certificate | None:
        """The Certificate that makes a Secret in some namespaces; ``None`` where anything else does."""
        return self._certificates.of(homes, name)

    def _find_certificate(self, homes: Homes, name: str) -> Certificate | None:
        called = self.called(name)
        places = [place.resource for home, place in called.items() if home in homes]
        found = [resource for resource in places if isinstance(resource, Certificate)]
        return found[0] if found and len(found) == len(places) and found[0].all_names else None

    def names_in(self, namespace: str) -> list[str]:
        """The names of the Secrets of a namespace."""
        return self._by_namespace.get(namespace, [])

    def close_to(self, name: str, namespaces: Sequence[str]) -> str:
        """The name of a Secret of some namespaces that a name may be meant for; else nothing."""
        key = tuple(namespaces)
        if key not in self._close:
            known = (one for namespace in key for one in self.names_in(namespace))
            self._close[key] = CloseNames(known)
        return self._close[key].to(name, _CLOSE)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    @cached_property
    def _by_namespace(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, places in self._by_name.items():
            for namespace in places:
                found.setdefault(namespace, []).append(name)
        return found


def _secrets(resource: Resource) -> Iterator[tuple[str, Ref]]:
    if isinstance(resource, Secret) or resource.kind == "SealedSecret":
        yield resource.name, resource.at("metadata", "name")
    elif resource.kind == "Certificate" and resource.group == "cert-manager.io":
        yield resource.spec.text("secretName"), resource.spec.at("secretName")
    elif resource.kind == "ExternalSecret":
        named = resource.spec.child("target").text("name")
        place = resource.spec.at("target", "name") if named else resource.at("metadata", "name")
        yield named or resource.name, place


def _is_copied(resource: Resource) -> bool:
    made = resource.spec.child("secretTemplate").labels_of("annotations")
    return any(
        word in key for key in (*resource.annotations, *made) for word in ("reflect", "replicat")
    )
