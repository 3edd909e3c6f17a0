"""A rule with `from` alone stands beside a rule with `to` or `when` alone.

Rules are alternatives: a request needs to meet one of them. With a dash too many, `- from` and
`- to` become two rules: the named source may do everything, and everybody may do what `to` says.

Fix: if both were meant together, remove the dash before `to` or `when`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, AuthorizationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_FOR_EVERYBODY = (
    "health", "ready", "live", "ping", "metrics", "status", "public", ".well-known", "jwks",
    "certs", "keys",
)  # fmt: skip


@rule(
    on=AuthorizationPolicy,
    severity=Severity.INFO,
    since="0.1.0",
    renamed_from=("authorization-policy/two-rules-for-one",),
)
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report two such rules, unless what everybody may do looks meant for everybody."""
    rules = policy.rules
    if policy.action != "ALLOW" or len(rules) != 2:  # noqa: PLR2004 - a longer list has a plan
        return
    first, second = rules
    if not _has_only(first, "from") or _has_only(second, "from") or second.sources:
        return
    if not (second.operations or second.conditions) or _is_for_everybody(second):
        return
    what = "to" if second.operations else "when"
    yield Finding(
        second.at(),
        f"this rule is an alternative to the one before: whoever asks, requests that meet its "
        f"{what} are let in, and the sources of the other rule are let in for everything",
    ).also(first.key("from"), "doesn't limit who may meet the other rule")


def _has_only(entry: AuthorizationRule, key: str) -> bool:
    return [clause for clause in ("from", "to", "when") if entry.data.get(clause)] == [key]


def _is_for_everybody(entry: AuthorizationRule) -> bool:
    """Is it for probes, preflight requests or a whole port?"""
    if not entry.operations:
        return False
    return all(
        set(operation.texts("methods")) == {"OPTIONS"}
        or not (operation.texts("paths") or operation.texts("methods") or operation.texts("hosts"))
        or any(word in path for path in operation.texts("paths") for word in _FOR_EVERYBODY)
        for operation in entry.operations
    )
