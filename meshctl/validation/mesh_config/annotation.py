"""Judges a pod's own ProxyConfig, the annotation ``proxy.istio.io/config``.

The webhook reads and validates it like the mesh's (validateProxyConfig,
pkg/kube/inject/validate.go, Istio 1.31); what it refuses makes no pod.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import PROXY_CONFIG
from meshctl.istio.mesh_config_schema import PROXY_CONFIG as MESSAGE
from meshctl.validation.faults import Fault
from meshctl.validation.mesh_config.text import judge
from meshctl.yaml.reader import parse_one


def check(name: str, value: str) -> Iterator[Fault]:
    """Check the value of any annotation; paths lie inside the text."""
    if name != PROXY_CONFIG:
        return
    try:
        settings = parse_one(value)
    except ValueError as error:
        yield Fault("mesh-config", (), f"this text is not YAML: {error}")
        return
    yield from judge(MESSAGE, settings).faults
