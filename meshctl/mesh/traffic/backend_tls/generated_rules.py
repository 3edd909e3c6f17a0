"""The DestinationRules that istiod makes of BackendTLSPolicies.

Mirrors DestinationRuleCollection and generateDRName (pilot/pkg/config/kube/gateway/backend_policies.go,
Istio 1.31): one for each target and host, of mode SIMPLE with the hostname as SNI, without creation time,
so that it is older than all that somebody wrote. `sectionName` is the name of a port. Who has an Envoy
follows it, sidecars too.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from meshctl.istio.api_versions import NETWORKING
from meshctl.istio.names import CONFIG_MAP_CREDENTIAL, GENERATED, INVALID_CREDENTIAL
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.backend_tls.policies import BackendTls, FollowedTarget
from meshctl.resources import BackendTlsPolicy, GeneratedDestinationRule, ObjectReference, Ref
from meshctl.resources.view import Path

_ZERO_TIME = "0001-01-01T00:00:00Z"
"""What Go's time is that nobody set."""
_SYSTEM = "wellKnownCACertificates"
_TLS = ("spec", "trafficPolicy", "tls")
_PORTS = ("spec", "trafficPolicy", "portLevelSettings")


def generated_rules(policies: BackendTls) -> Iterator[GeneratedDestinationRule]:
    """Make the rules of all policies that istiod follows."""
    several: dict[tuple[str, str, RegisteredHost], list[FollowedTarget]] = {}
    for followed_target in policies.followed():
        key = followed_target.target.kind, followed_target.target.name, followed_target.host
        several.setdefault(key, []).append(followed_target)
    for same in several.values():
        yield _made(policies, same)


def _made(policies: BackendTls, same: Sequence[FollowedTarget]) -> GeneratedDestinationRule:
    policy, target, host = same[0]
    origins: dict[Path, Ref] = {
        (): policy.at("metadata", "name"),
        ("spec", "host"): target.at("name"),
    }
    written: dict[str, Any] = {}
    ports: list[dict[str, Any]] = []
    for each in same:
        tls = _tls(policies, each.policy)
        numbers = [port.number for port in host.ports if port.name == each.target.section]
        if each.target.section:
            origins |= _origins((*_PORTS, len(ports), "tls"), each)
            ports.append({"port": {"number": numbers[0]}, "tls": tls})
        else:
            origins |= _origins(_TLS, each)
            written["tls"] = tls
    if ports:
        written["portLevelSettings"] = ports
    data = {
        "apiVersion": f"{NETWORKING}/v1",
        "kind": "DestinationRule",
        "metadata": {
            "name": _name(target, host),
            "namespace": policy.namespace,
            "creationTimestamp": _ZERO_TIME,
        },
        "spec": {"host": host.host, "trafficPolicy": written},
    }
    return GeneratedDestinationRule(policy, data, origins)


def _tls(policies: BackendTls, policy: BackendTlsPolicy) -> dict[str, Any]:
    validation = policy.validation
    tls: dict[str, Any] = {"mode": "SIMPLE", "sni": validation.text("hostname")}
    names = [name.text("hostname") or name.text("uri") for name in policy.subject_alt_names]
    if names:
        tls["subjectAltNames"] = names
    if validation.has(_SYSTEM) or not policy.authorities:
        return tls
    bad = policies.bad_authority(policy)
    credential = f"{CONFIG_MAP_CREDENTIAL}{policy.namespace}/{policy.authorities[0].name}"
    tls["credentialName"] = INVALID_CREDENTIAL if bad and not bad.unknown else credential
    return tls


def _origins(tls: Path, followed_target: FollowedTarget) -> dict[Path, Ref]:
    """Say what was written for the places of a ``tls`` block."""
    validation = followed_target.policy.validation
    return {
        tls: validation.at(),
        (*tls, "mode"): followed_target.target.at("name"),
        (*tls, "sni"): validation.at("hostname"),
        (*tls, "credentialName"): validation.at("caCertificateRefs"),
    }


def _name(target: ObjectReference, host: RegisteredHost) -> str:
    if target.kind == "Service":
        return f"{target.name}~{GENERATED}"
    return f"{target.name}~{host.host.replace('.', '-')}~{GENERATED}"
