"""Names the sidecar's image (proxyImageURL in pkg/kube/inject/inject.go, Istio 1.31)."""

from collections.abc import Mapping

from meshctl.inject.go_template.values import show_inside
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.istio.annotation_names import PROXY_IMAGE_TYPE

_TYPES = ("debug", "distroless")


def image(
    settings: InjectionSettings, part: str, image_type: str, annotations: Mapping[str, str]
) -> str:
    """Name the image of ``proxy`` or ``proxy_init``: hub, name, tag and variant.

    ``image_type`` is that of the ProxyConfig, which counts for the sidecar alone.
    """
    name = settings.value("global", part, "image") or "proxyv2"
    variant = image_type or settings.value("global", "variant") or ""
    variant = annotations.get(PROXY_IMAGE_TYPE, variant)
    tag = show_inside(settings.value("global", "tag") or "")
    hub = settings.value("global", "hub") or ""
    if variant:
        for known in _TYPES:
            tag = tag.removesuffix(f"-{known}")
        tag += "" if variant == "default" else f"-{variant}"
    return f"{hub}/{name}:{tag}" if tag else f"{hub}/{name}"
