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
    for caller in callers:
        rule = f" rule {caller.rule}" if caller.rule is not None else ""
        by = f", by AuthorizationPolicy {caller.policy}{rule}" if caller.policy else ""
        who = f"{caller.namespace}/{caller.service_account} ({listed(caller.workloads)})"
        yield f"  {who}: {_WORDS[caller.decision]}{by}"
