"""Judges a pod's own ProxyConfig, the annotation ``proxy.istio.io/config``.

The webhook reads and validates it like the mesh's (validateProxyConfig,
pkg/kube/inject/validate.go, Istio 1.31); what it refuses makes no pod.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import PROXY_CONFIG
from meshctl.validation.faults import Fault


def check(name: str, value: str) -> Iterator[Fault]:
    """Check the value of any annotation; paths lie inside the text."""
    if name != PROXY_CONFIG:
        return
    # Few inputs have the annotation, and its checks are many.
    from meshctl.istio.mesh_config_schema import PROXY_CONFIG as MESSAGE  # noqa: PLC0415
    from meshctl.validation.mesh_config.text import judge  # noqa: PLC0415
    from meshctl.yaml.reader import parse_one  # noqa: PLC0415

    try:
        settings = parse_one(value)
    except ValueError as error:
        yield Fault("mesh-config", (), f"this text is not YAML: {error}")
        return
    yield from judge(MESSAGE, settings).faults
