"""Leads traffic to the sidecar (files/injection-template.yaml, Istio 1.31).

By rules of iptables or nftables that an init container sets, or that Istio's CNI plugin sets and an
init container checks; annotations tell the plugin what the init container is told by arguments.
"""

from collections.abc import Iterator

from meshctl.inject.overlays import proxy
from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.overlays.proxy import number
from meshctl.inject.overlays.versions import Feature, Version
from meshctl.inject.pod.containers import CORE_DUMP
from meshctl.inject.pod.openshift import DEFAULT_USER
from meshctl.inject.pod.template_functions import FUNCTIONS
from meshctl.istio.annotation_names import INTERCEPTION_MODE, REROUTE_INTERFACES
from meshctl.istio.names import INIT_CONTAINER, VALIDATION_CONTAINER

_TRAFFIC = "traffic.sidecar.istio.io/"
_NETWORKS = "k8s.v1.cni.cncf.io/networks"
_PLUGIN = "default/istio-cni"
_ALWAYS_EXCLUDED = "15090,15021"
_FORCED = "global.proxy_init.forceApplyIptables"


def mode(injection: PodInjection) -> str:
    """How connections are led to the sidecar: ``REDIRECT``, ``TPROXY`` or ``NONE``."""
    return injection.annotations.get(INTERCEPTION_MODE, configured_mode(injection))


def configured_mode(injection: PodInjection) -> str:
    """The mode of pods that don't choose one."""
    return injection.proxy_config.get("interceptionMode") or "REDIRECT"


def has_plugin(injection: PodInjection) -> bool:
    """Does Istio's CNI plugin set the rules?"""
    return bool(injection.value("pilot.cni.enabled"))


def interception_annotations(injection: PodInjection, version: Version) -> Object:
    """What the CNI plugin reads."""
    if not has_plugin(injection):
        return {}
    found = {INTERCEPTION_MODE: mode(injection)}
    if injection.text("pilot.cni.provider") == "multus":
        found[_NETWORKS] = _networks(injection, version)
    for name, path in (("include", "includeIPRanges"), ("exclude", "excludeIPRanges")):
        if ranges := _setting(injection, f"{name}OutboundIPRanges", path):
            found[f"{_TRAFFIC}{name}OutboundIPRanges"] = ranges
    if (ports := _setting(injection, "includeInboundPorts")) or version.has(Feature.EMPTY_PORTS):
        found[f"{_TRAFFIC}includeInboundPorts"] = ports
    found[f"{_TRAFFIC}excludeInboundPorts"] = _excluded_ports(injection)
    for name in ("includeOutboundPorts", "excludeOutboundPorts"):
        if _is_set(injection, name):
            found[_TRAFFIC + name] = _setting(injection, name)
    for name in (*_rerouted(version), f"{_TRAFFIC}excludeInterfaces"):
        if interfaces := injection.annotations.get(name):
            found[name] = interfaces
    return found


def _rerouted(version: Version) -> tuple[str, ...]:
    """The annotations that name virtual interfaces, the one that counts first."""
    older = f"{_TRAFFIC}kubevirtInterfaces"
    return (REROUTE_INTERFACES, older) if version.has(Feature.REROUTED_INTERFACES) else (older,)


def _networks(injection: PodInjection, version: Version) -> str:
    own = injection.annotations.get(_NETWORKS, "")
    if f'"{_PLUGIN}"' in own:
        return own
    if "]" in own and not version.has(Feature.JSON_NETWORKS):
        head, bracket, tail = own.rpartition("]")
        return f'{head}, {{"name": "{_PLUGIN}"}}{bracket}{tail}'
    return str(FUNCTIONS["appendMultusNetwork"](own, _PLUGIN))


def _setting(injection: PodInjection, name: str, path: str = "") -> str:
    return injection.annotation(_TRAFFIC + name, f"global.proxy.{path or name}")


def _is_set(injection: PodInjection, name: str) -> bool:
    return _TRAFFIC + name in injection.annotations or bool(injection.text(f"global.proxy.{name}"))


def _excluded_ports(injection: PodInjection) -> str:
    own = _setting(injection, "excludeInboundPorts")
    return str(FUNCTIONS["excludeInboundPort"](proxy.status_port(injection), own))


def interception_container(injection: PodInjection, version: Version) -> Iterator[Object]:
    """The init container that sets the rules, or checks those of the plugin."""
    if mode(injection) == "NONE":
        return
    environment = proxy.metadata_environment(injection)
    yield {
        "name": VALIDATION_CONTAINER if has_plugin(injection) else INIT_CONTAINER,
        "image": init_image(injection, version),
        "args": [*_arguments(injection, version)],
        **proxy.pull_policy(injection),
        **({"env": environment} if environment else {}),
        "resources": proxy.resources(injection, version),
        "securityContext": _security(injection, version),
    }


def init_image(injection: PodInjection, version: Version) -> str:
    """Name the image of init containers."""
    computed = injection.init_image if version.has(Feature.INIT_IMAGE) else injection.image
    return proxy.proxy_image(injection, "proxy_init", computed)


def _captured(injection: PodInjection, version: Version) -> tuple[int, int]:
    """The user and group whose traffic is the sidecar's own."""
    if mode(injection) == "TPROXY" and version.has(Feature.TRANSPARENT_USER):
        return DEFAULT_USER, DEFAULT_USER
    return injection.user, injection.group


def _arguments(injection: PodInjection, version: Version) -> Iterator[str]:
    user, _ = _captured(injection, version)
    excluded = _excluded_ports(injection)
    yield "istio-iptables"
    for flag, value in (
        ("-p", injection.mesh.get("proxyListenPort") or 15001),
        ("-z", injection.mesh.get("proxyInboundListenPort") or 15006),
        ("-u", user),
        ("-m", mode(injection)),
        ("-i", _setting(injection, "includeOutboundIPRanges", "includeIPRanges")),
        ("-x", _setting(injection, "excludeOutboundIPRanges", "excludeIPRanges")),
        ("-b", _setting(injection, "includeInboundPorts")),
        ("-d", f"{_ALWAYS_EXCLUDED},{excluded}" if excluded else _ALWAYS_EXCLUDED),
    ):
        yield from (flag, str(value))
    yield from _optional_arguments(injection, version)
    yield proxy.agent_log_level(injection)
    if injection.value("global.logAsJson"):
        yield "--log_as_json"
    if has_plugin(injection):
        yield from ("--run-validation", "--skip-rule-apply")
    elif injection.value(_FORCED) and version.has(Feature.FORCED_IPTABLES):
        yield "--force-apply"
    if injection.value("global.nativeNftables") and version.has(Feature.NFTABLES):
        yield "--native-nftables"


def _optional_arguments(injection: PodInjection, version: Version) -> Iterator[str]:
    for flag, name in (("-q", "includeOutboundPorts"), ("-o", "excludeOutboundPorts")):
        if _is_set(injection, name):
            yield from (flag, _setting(injection, name))
    for flag, names in (
        ("-k", _rerouted(version)),
        ("-c", (f"{_TRAFFIC}excludeInterfaces",)),
    ):
        present = [name for name in names if name in injection.annotations]
        if present:
            yield from (flag, injection.annotations[present[0]])


def _security(injection: PodInjection, version: Version) -> Object:
    privileged = number(injection.text("global.proxy.privileged"))
    found: Object = {"allowPrivilegeEscalation": privileged, "privileged": privileged}
    if has_plugin(injection):
        user, group = _captured(injection, version)
        found |= {
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsGroup": group,
            "runAsUser": user,
            "runAsNonRoot": True,
        }
    else:
        found |= {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]}} | _AS_ROOT
    return found | proxy.seccomp(injection, version)


_AS_ROOT: Object = {
    "readOnlyRootFilesystem": False,
    "runAsGroup": 0,
    "runAsNonRoot": False,
    "runAsUser": 0,
}


def dumps_core(injection: PodInjection, version: Version) -> bool:
    """Does the sidecar write core dumps?"""
    wanted = injection.annotation("sidecar.istio.io/enableCoreDump", "global.proxy.enableCoreDump")
    return wanted == "true" and version.has(Feature.CORE_DUMP)


def core_dump_container(injection: PodInjection, version: Version) -> Iterator[Object]:
    """The init container that turns on core dumps."""
    if not dumps_core(injection, version):
        return
    pattern = "sysctl -w kernel.core_pattern=/var/lib/istio/data/core.proxy && ulimit -c unlimited"
    yield {
        "name": CORE_DUMP,
        "image": init_image(injection, version),
        "command": ["/bin/sh"],
        "args": ["-c", pattern],
        **proxy.pull_policy(injection),
        "resources": proxy.resources(injection, version),
        "securityContext": {
            "allowPrivilegeEscalation": True,
            "capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]},
            "privileged": True,
            **_AS_ROOT,
        },
    }
