"""Decides whether the sidecar is native: an init container that keeps running.

ENABLE_NATIVE_SIDECARS of istiod decides. Since Istio 1.27 its default is ``auto``: yes where all
kubelets are of Kubernetes 1.33 or later (DetectNativeSidecar, pkg/kube/inject, Istio 1.31).
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_template.values import show_inside
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.words import quoted

CHOICES = ("auto", "true", "false")
_FIRST_KUBERNETES = (1, 33)
_FIRST_ISTIO = (1, 27)
_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:[.+-].*)?")


def with_native(
    settings: InjectionSettings, choice: str, kubernetes_version: str = ""
) -> InjectionSettings:
    """Settle whether sidecars are native; ``auto`` asks the values, then the versions.

    Without a version of Kubernetes, ``auto`` means classic sidecars, as for istioctl.
    """
    return replace(settings, native=_is_native(settings, choice, kubernetes_version))


def oldest(versions: Iterable[str]) -> str:
    """Name the version of Kubernetes that all nodes have at least; empty where one is unknown."""
    found = {version: _version(version) for version in versions}
    if None in found.values():
        return ""
    return min(found, key=lambda version: found[version] or (0, 0), default="")


def _is_native(settings: InjectionSettings, choice: str, kubernetes_version: str) -> bool:
    if choice != "auto":
        return choice == "true"
    kubernetes = _version(kubernetes_version)
    if kubernetes_version and kubernetes is None:
        raise InjectionError(
            f"--kubernetes-version {quoted(kubernetes_version)} is no version; write one such as 1.33"
        )
    variable = settings.value("pilot", "env", "ENABLE_NATIVE_SIDECARS")
    if (text := show_inside(variable)) in {"true", "false"}:
        return text == "true"
    istio = _version(show_inside(settings.value("global", "tag"))) or _FIRST_ISTIO
    return kubernetes is not None and kubernetes >= _FIRST_KUBERNETES and istio >= _FIRST_ISTIO


def _version(text: str) -> tuple[int, int] | None:
    match = _VERSION.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None
