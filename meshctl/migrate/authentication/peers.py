"""Converts the peers of Policies to PeerAuthentications: one for each set of pods.

Policies for one Service and for some of its ports lived beside each other; of several
PeerAuthentications for the same pods only the oldest counts, so that they become one.
"""

from dataclasses import dataclass, field
from typing import Any

from meshctl.migrate.authentication.targets import Target
from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import PEER_AUTHENTICATION
from meshctl.migrate.known import Known
from meshctl.resources import View, Workload
from meshctl.resources.view import views


def mode_of(spec: View, draft: Draft) -> str:
    """Read the mutual TLS that a policy asks for: none unless it is written.

    As pilot/pkg/security/authn/v1alpha1/policy_applier.go of Istio 1.5 does; empty where nothing
    of today is the same.
    """
    for peer in views(spec, "peers", View):
        if "mtls" not in peer.data:
            continue
        mtls = peer.child("mtls")
        if mtls.flag("allowTls"):
            draft.lost(
                "allowTls let clients in that have a certificate of another authority",
                mtls.at("allowTls"),
                instead="PERMISSIVE is wider, as it takes plaintext, too; STRICT is narrower",
            )
            return ""
        mode = mtls.text("mode") or "STRICT"
        if mode not in {"STRICT", "PERMISSIVE"}:
            draft.lost(f"there was no mode {mode}", mtls.at("mode"), instead="write STRICT")
            return ""
        if mode == "STRICT" and spec.flag("peerIsOptional"):
            draft.near(
                "peerIsOptional let clients in whose certificate was wrong, too; PERMISSIVE "
                "refuses those",
                spec.at("peerIsOptional"),
            )
            return "PERMISSIVE"
        return mode
    return "DISABLE"


@dataclass(eq=False)
class _Wanted:
    """What policies want of one set of pods."""

    target: Target
    name: str
    mode: str = "UNSET"
    ports: dict[int, str] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)


class Peers:
    """Gathers what policies want, and writes it."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._wanted: dict[tuple[str, frozenset[tuple[str, str]]], _Wanted] = {}

    def add(self, draft: Draft, target: Target, mode: str) -> None:
        """Note what one policy wants; for the same pods and port the first one counts."""
        key = target.namespace, frozenset(target.selector.items())
        base = draft.resource.name
        name = f"{base}-{target.name}" if target.name else base
        wanted = self._wanted.setdefault(key, _Wanted(target, name))
        if draft not in wanted.drafts:
            wanted.drafts.append(draft)
        if not target.ports and wanted.mode == "UNSET":
            wanted.mode = mode
        elif not target.ports:
            draft.exact(
                "another policy for the same pods comes first, so that this one did nothing"
            )
        for port in target.ports:
            wanted.ports.setdefault(port, mode)

    def write(self) -> None:
        """Write a PeerAuthentication for each set of pods."""
        for wanted in self._wanted.values():
            spec: dict[str, Any] = {"mtls": {"mode": wanted.mode}}
            if wanted.target.selector:
                spec = {"selector": {"matchLabels": dict(wanted.target.selector)}, **spec}
            if wanted.ports:
                ports = {str(port): {"mode": mode} for port, mode in sorted(wanted.ports.items())}
                spec["portLevelMtls"] = ports
            first, *others = wanted.drafts
            made = first.make(
                PEER_AUTHENTICATION, wanted.name, spec, namespace=wanted.target.namespace
            )
            for draft in others:
                draft.share([made])
        self._tell_shared_pods()

    def _tell_shared_pods(self) -> None:
        """Say where two policies, each for a Service, now meet at one pod."""
        first: dict[Workload, _Wanted] = {}
        for wanted in self._wanted.values():
            target = wanted.target
            if not target.selector:
                continue
            for pod in self._known.mesh.workloads.find(target.selector, target.namespace):
                other = first.setdefault(pod, wanted)
                if (other.mode, other.ports) != (wanted.mode, wanted.ports):
                    wanted.drafts[0].near(
                        f"{pod.key_name} is behind the Services of two policies; a "
                        f"PeerAuthentication is for pods, so that {other.name} counts for all of its "
                        "ports",
                        instead="write one PeerAuthentication for the pod, with portLevelMtls",
                    )
                    break
