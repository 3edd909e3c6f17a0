"""Writes the policies of a workload for people."""

from collections.abc import Iterator

from meshctl.inspect.describe.pod import PodAnswer
from meshctl.inspect.describe.policies import AuthorizationAnswer, PeerAnswer, RuleAnswer
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.workloads.membership import Membership
from meshctl.output.describe.wording import indented, many, title, where


def policy_lines(form: PodAnswer) -> Iterator[str]:
    """Write the policies that hold for a workload, and who enforces them."""
    if form.enforced_by is None:
        yield "Policies: nothing enforces them, the pod is outside the mesh"
    else:
        yield f"Policies, enforced by {form.enforced_by}:"
    yield from indented(mode_lines(form.proxy, form.peer_authentication))
    yield from indented(authorization_lines(form.authorization))
    for request_authentication in form.request_authentications:
        yield f"  {title(request_authentication)}: tokens of {', '.join(request_authentication.issuers) or 'nobody'}"
    sidecar = form.sidecar
    if sidecar is not None:
        yield f"  {title(sidecar)} limits what its proxy knows"
    for name, several in (
        ("Telemetry", form.telemetries),
        ("EnvoyFilters", form.envoy_filters),
        ("WasmPlugins", form.wasm_plugins),
    ):
        if several:
            yield f"  {name}: {', '.join(map(title, several))}"


_DEFAULT = "Istio's default"
_UNKNOWN = Mode.UNKNOWN.name
_HIDDEN = "unknown, as the cluster doesn't show all PeerAuthentications"


def mode_lines(proxy: str, peer_answer: PeerAnswer) -> Iterator[str]:
    """Write the TLS mode that a workload demands, and the ports that differ."""
    if proxy == Membership.NONE.value:
        yield "mTLS mode: none, as it has no proxy that could demand one"
        return
    by = f"by {title(peer_answer.decided_by)}" if peer_answer.decided_by else _DEFAULT
    doubt = "" if peer_answer.order_known else " (another order of creation may change it)"
    is_known = peer_answer.mode != _UNKNOWN
    yield f"mTLS mode: {peer_answer.mode}, {by}{doubt}" if is_known else f"mTLS mode: {_HIDDEN}"
    for port in peer_answer.ports:
        if not port.captured:
            yield f"  port {port.port}: goes past the proxy, so no mode holds"
        elif port.mode != peer_answer.mode:
            decider = f"by {title(port.decided_by)}" if port.decided_by else _DEFAULT
            yield f"  port {port.port}: {port.mode}, {decider}"
    ignored = [title(policy) for policy in peer_answer.objects if not policy.counts]
    if ignored:
        more = f" and {peer_answer.ignored_too} more" if peer_answer.ignored_too else ""
        yield f"  ignored, since another one of the same level counts: {', '.join(ignored)}{more}"


def authorization_lines(authorization_answer: AuthorizationAnswer) -> Iterator[str]:
    """Write AuthorizationPolicies in the order of evaluation, and who may call at all."""
    yield f"may call: {authorization_answer.callers}"
    for policy in authorization_answer.policies:
        provider = f" by {policy.provider}" if policy.provider else ""
        dry = ", dry run" if policy.dry_run else ""
        count = many(len(policy.rules), "rule")
        yield f"  {policy.action}{provider}: {title(policy)}, {count}{dry}"
        if policy.effect:
            yield f"    {policy.effect}"
        for rule in policy.rules:
            yield f"    {_rule(rule)}{where(rule.location)}"


def _rule(rule: RuleAnswer) -> str:
    parts = [
        f"{word} {' or '.join(f'({text})' for text in texts)}"
        if len(texts) > 1
        else f"{word} {texts[0]}"
        for word, texts in (("from", rule.from_), ("to", rule.to))
        if texts
    ]
    parts += [f"when {text}" for text in rule.when]
    return ", ".join(parts) or "every request"
