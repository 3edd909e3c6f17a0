"""Writes for people who may call a Service."""

from collections.abc import Iterator, Sequence

from meshctl.inspect.describe.callers import CallerAnswer
from meshctl.output.describe.wording import listed

_WORDS = {"allow": "let in", "deny": "refused", "unknown": "not known"}


def caller_lines(callers: Sequence[CallerAnswer]) -> Iterator[str]:
    """List callers by identity, with what decides about a plain request of theirs."""
    if not callers:
        return
    yield f"Who may call it, with {callers[0].request}:"
    for one in callers:
        rule = f" rule {one.rule}" if one.rule is not None else ""
        by = f", by AuthorizationPolicy {one.policy}{rule}" if one.policy else ""
        who = f"{one.namespace}/{one.service_account} ({listed(one.workloads)})"
        yield f"  {who}: {_WORDS[one.decision]}{by}"
