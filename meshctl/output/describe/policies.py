"""Writes the policies of a described workload as text."""

from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.inspect.describe.wording import indented, many, title, where
from meshctl.mesh.workloads.membership import Membership

Form = Mapping[str, Any]
_MANY = (
    ("telemetries", "Telemetry"),
    ("envoy_filters", "EnvoyFilters"),
    ("wasm_plugins", "WasmPlugins"),
)


def policy_lines(form: Form) -> Iterator[str]:
    """Write the policies that hold for a workload, and who enforces them."""
    if form["enforced_by"] is None:
        yield "Policies: nothing enforces them, the pod is outside the mesh"
    else:
        yield f"Policies, enforced by {form['enforced_by']}:"
    yield from indented(mode_lines(form))
    yield from indented(authorization_lines(form["authorization"]))
    for authentication in form["request_authentications"]:
        yield f"  {title(authentication)}: tokens of {', '.join(authentication['issuers']) or 'nobody'}"
    sidecar = form["sidecar"]
    if sidecar is not None:
        yield f"  {title(sidecar)} limits what its proxy knows"
    for key, name in _MANY:
        if form[key]:
            yield f"  {name}: {', '.join(map(title, form[key]))}"


def mode_lines(form: Form) -> Iterator[str]:
    """Write the TLS mode that a workload demands, and the ports that differ."""
    if form["proxy"] == Membership.NONE.value:
        yield "mTLS mode: none, as it has no proxy that could demand one"
        return
    mode = form["peer_authentication"]
    by = f"by {title(mode['decided_by'])}" if mode["decided_by"] else "Istio's default"
    doubt = "" if mode["order_known"] else " (another order of creation may change it)"
    yield f"mTLS mode: {mode['mode']}, {by}{doubt}"
    for port in mode["ports"]:
        if not port["captured"]:
            yield f"  port {port['port']}: goes past the proxy, so no mode holds"
        elif port["mode"] != mode["mode"]:
            yield f"  port {port['port']}: {port['mode']}, by {title(port['decided_by'])}"
    ignored = [title(policy) for policy in mode["objects"] if not policy["counts"]]
    if ignored:
        yield f"  ignored, since another one of the same level counts: {', '.join(ignored)}"


def authorization_lines(item: Form) -> Iterator[str]:
    """Write AuthorizationPolicies in the order of evaluation, and who may call at all."""
    yield f"may call: {item['callers']}"
    for policy in item["policies"]:
        provider = f" by {policy['provider']}" if policy["provider"] else ""
        dry = ", dry run" if policy["dry_run"] else ""
        count = many(len(policy["rules"]), "rule")
        yield f"  {policy['action']}{provider}: {title(policy)}, {count}{dry}"
        for rule in policy["rules"]:
            yield f"    {_rule(rule)}{where(rule)}"


def _rule(rule: Form) -> str:
    parts = [
        f"{word} {' or '.join(f'({text})' for text in rule[word])}"
        if len(rule[word]) > 1
        else f"{word} {rule[word][0]}"
        for word in ("from", "to")
        if rule[word]
    ]
    parts += [f"when {text}" for text in rule["when"]]
    return ", ".join(parts) or "every request"
