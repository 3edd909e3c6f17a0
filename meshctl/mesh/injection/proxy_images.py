"""The proxy images that running pods should have.

Mirrors pkg/config/analysis/analyzers/injection/injection-image.go (Istio 1.31): the image of the
revision's injector, or its variant that ProxyConfig or the mesh's defaultConfig asks for.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.istio.annotation_names import PROXY_CONFIG, PROXY_IMAGE, PROXY_IMAGE_TYPE
from meshctl.istio.labels import INJECTION, REVISION
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import selects
from meshctl.mesh.injection.webhooks import Injector, InjectorSettings
from meshctl.resources import Namespace, ProxyConfig, Workload
from meshctl.yaml.reader import parse_one


class ProxyImages:
    """The images of running sidecars against those of the injector."""

    def __init__(
        self, injector: Injector, configs: Iterable[ProxyConfig], pods: Iterable[Workload],
        config: MeshConfig,
    ) -> None:  # fmt: skip
        self._injector = injector
        self._config = config
        self._configs: dict[str, list[ProxyConfig]] = {}
        for proxy_config in sorted(configs, key=age):
            self._configs.setdefault(proxy_config.namespace, []).append(proxy_config)
        self._pods: dict[str, list[Workload]] = {}
        for pod in pods:
            if pod.kind == "Pod":
                self._pods.setdefault(pod.namespace, []).append(pod)

    def settings(self, namespace: Namespace) -> InjectorSettings | None:
        """The injector settings for a namespace that is injected, if the input has them."""
        revision = namespace.labels.get(REVISION, "")
        if namespace.labels.get(INJECTION) != "enabled" and not revision:
            return None
        return self._injector.settings(revision)

    def outdated(self, namespace: Namespace) -> Iterator[tuple[Workload, str]]:
        """Walk the pods of a namespace whose proxy has another image, with that image."""
        settings = self.settings(namespace)
        expected = settings.proxy_image() if settings is not None else ""
        if not expected:
            return
        for pod in self._pods.get(namespace.name, ()):
            image = _proxy_image(pod)
            variant = self._variant(pod)
            fine = {expected, f"{expected}-{variant}" if variant else expected}
            if image and image not in fine and PROXY_IMAGE not in pod.pod_annotations:
                yield pod, image

    def _variant(self, pod: Workload) -> str:
        own = _annotated_variant(pod)
        if own:
            return own
        home = self._configs.get(pod.namespace, ())
        root = self._configs.get(self._config.root_namespace, ())
        levels = (
            [
                proxy_config
                for proxy_config in home
                if proxy_config.selector and selects(proxy_config.selector, pod.pod_labels)
            ],
            [proxy_config for proxy_config in home if not proxy_config.selector],
            [proxy_config for proxy_config in root if not proxy_config.selector],
        )
        for level in levels:
            for each_proxy_config in level:
                if each_proxy_config.image_type:
                    return each_proxy_config.image_type
        return _variant_of(self._config.raw.get("defaultConfig"))


def _annotated_variant(pod: Workload) -> str:
    """The variant that the pod itself asks for, by either annotation."""
    direct = pod.pod_annotations.get(PROXY_IMAGE_TYPE, "")
    try:
        return direct or _variant_of(parse_one(pod.pod_annotations.get(PROXY_CONFIG, "")))
    except ValueError:
        return ""


def _variant_of(config: Any) -> str:
    """Read ``image.imageType`` of a ProxyConfig."""
    image = config.get("image") if isinstance(config, dict) else None
    variant = image.get("imageType") if isinstance(image, dict) else None
    return variant if isinstance(variant, str) else ""


def _proxy_image(pod: Workload) -> str:
    return next(
        (
            container.text("image")
            for container in (*pod.containers, *pod.init_containers)
            if container.name == PROXY_CONTAINER
        ),
        "",
    )
