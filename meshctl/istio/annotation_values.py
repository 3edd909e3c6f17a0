"""Checks the values of annotations as the injection webhook does.

Mirrors AnnotationValidation (pkg/kube/inject/validate.go, Istio 1.31): with a bad value on a pod
the webhook refuses the pod, so that it can't be created.
"""

import json
from collections.abc import Callable
from ipaddress import ip_network

from meshctl.istio.annotation_names import (
    EXCLUDE_INBOUND_PORTS,
    EXCLUDE_OUTBOUND_PORTS,
    INCLUDE_INBOUND_PORTS,
    INCLUDE_OUTBOUND_RANGES,
    INTERCEPTION_MODE,
    LOG_LEVEL,
    MERGE_METRICS,
    NATIVE_SIDECAR,
    REROUTE_INTERFACES,
    REWRITE_PROBES,
    STATUS_PORT,
    USER_VOLUME,
    USER_VOLUME_MOUNT,
)
from meshctl.istio.labels import INJECT
from meshctl.lazy_pattern import lazy_pattern

_MODES = ("REDIRECT", "TPROXY", "NONE")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_BOOLEANS = _TRUE | {"0", "f", "F", "FALSE", "false", "False"}
_MAX_PORT = 65535
_MAX_UINT32 = 2**32 - 1
_DIGITS = len(str(_MAX_UINT32))
_INTERFACE_LENGTH = 15
_INTERFACE = lazy_pattern(r"[a-zA-Z][a-zA-Z0-9_.-]*")
# A Kubernetes quantity (ParseQuantity, apimachinery pkg/api/resource): a number, which may have no
# digit at all, with a suffix or an exponent.
_QUANTITY = lazy_pattern(
    r"(?!$)[+-]?[0-9]*\.?[0-9]*(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|u|n|[eE][+-]?[0-9]+)?"
)


def wrong_value(name: str, value: str) -> str:
    """Say what values an annotation takes when this one is refused; empty when it is fine."""
    allowed, accepts = _CHECKS.get(name, ("", None))
    return allowed if accepts is not None and not accepts(value) else ""


def ignored_value(name: str, value: str) -> str:
    """Say what values an annotation takes that Istio passes over when it has another one.

    Nothing is refused for these; templates and the injector then act as if nothing was said.
    """
    allowed, accepts = _READ_LATER.get(name, ("", None))
    return allowed if accepts is not None and not accepts(value) else ""


def flag(text: str | None) -> bool | None:
    """Read a flag as Go's strconv.ParseBool does; ``None`` when the text is none."""
    return text in _TRUE if text in _BOOLEANS else None


def _is_port(text: str) -> bool:
    return _is_number(text, _MAX_PORT)


def _is_number(text: str, limit: int) -> bool:
    digits = text.lstrip("0") or text[-1:]
    return text.isascii() and text.isdigit() and len(digits) <= _DIGITS and int(digits) <= limit


def _is_uint32(text: str) -> bool:
    return _is_number(text, _MAX_UINT32)


def _is_cidr(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _are_interfaces(text: str) -> bool:
    names = [name.strip() for name in text.split(",")] if text else []
    return all(len(name) <= _INTERFACE_LENGTH and _INTERFACE.fullmatch(name) for name in names)


def _list_of(
    accepts: Callable[[str], bool], *, star: bool = False, strips: str | None = None
) -> Callable[[str], bool]:
    """Accept lists; ``strips`` are the characters around an item that don't count, as for strip."""

    def check(text: str) -> bool:
        if (star and text == "*") or not (text if strips == "" else text.strip()):
            return True
        return all(accepts(part.strip(strips)) for part in text.split(","))

    return check


_PORTS = ("port numbers, parted by commas", _list_of(_is_port))
_PORTS_OR_ALL = ("port numbers, parted by commas, or *", _list_of(_is_port, star=True))
_RANGES = (
    "IP ranges such as 10.0.0.0/8, parted by commas without blanks", _list_of(_is_cidr, strips="")
)  # fmt: skip
_RANGES_OR_ALL = (
    "IP ranges, parted by commas without blanks, or *", _list_of(_is_cidr, star=True, strips="")
)  # fmt: skip
_INTERFACES = ("names of network interfaces, parted by commas", _are_interfaces)
_UINT32 = ("a whole number from 0 on, in quotes", _is_uint32)
_BOOLEAN = ('"true" or "false"', _BOOLEANS.__contains__)
_AMOUNT = ("a quantity such as 100m or 128Mi", lambda text: bool(_QUANTITY.fullmatch(text)))

_CHECKS: dict[str, tuple[str, Callable[[str], bool]]] = {
    INTERCEPTION_MODE: (" or ".join(_MODES), _MODES.__contains__),
    STATUS_PORT: ("a port number", lambda text: _is_port(text.strip())),
    "readiness.status.sidecar.istio.io/initialDelaySeconds": _UINT32,
    "readiness.status.sidecar.istio.io/periodSeconds": _UINT32,
    "readiness.status.sidecar.istio.io/failureThreshold": _UINT32,
    "readiness.status.sidecar.istio.io/applicationPorts": _PORTS,
    INCLUDE_OUTBOUND_RANGES: _RANGES_OR_ALL,
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": _RANGES,
    INCLUDE_INBOUND_PORTS: _PORTS_OR_ALL,
    EXCLUDE_INBOUND_PORTS: _PORTS,
    EXCLUDE_OUTBOUND_PORTS: _PORTS,
    "traffic.sidecar.istio.io/excludeInterfaces": _INTERFACES,
    "traffic.sidecar.istio.io/kubevirtInterfaces": _INTERFACES,
    REROUTE_INTERFACES: _INTERFACES,
    MERGE_METRICS: _BOOLEAN,
    "sidecar.istio.io/proxyCPU": _AMOUNT,
    "sidecar.istio.io/proxyCPULimit": _AMOUNT,
    "sidecar.istio.io/proxyMemory": _AMOUNT,
    "sidecar.istio.io/proxyMemoryLimit": _AMOUNT,
}

_LEVELS = ("trace", "debug", "info", "warning", "warn", "error", "critical", "off")
_TRUE_OR_FALSE = ('"true" or "false"', frozenset({"true", "false", ""}).__contains__)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


_VOLUMES = ("JSON: volumes by name", _is_json)
_READ_LATER: dict[str, tuple[str, Callable[[str], bool]]] = {
    INJECT: _TRUE_OR_FALSE,
    NATIVE_SIDECAR: _TRUE_OR_FALSE,
    REWRITE_PROBES: _BOOLEAN,
    USER_VOLUME: _VOLUMES,
    USER_VOLUME_MOUNT: _VOLUMES,
    LOG_LEVEL: (f"one of {', '.join(_LEVELS)}", _LEVELS.__contains__),
}
