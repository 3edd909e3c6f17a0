"""Writes the answers of ``check-inject``: tables with a sentence, or JSON."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from meshctl.inspect.injection.explanation import InjectionAnswer, PodOutcome
from meshctl.output.as_json.answers import write_json
from meshctl.output.data import data_of
from meshctl.output.lines import write_lines
from meshctl.output.stderr import complain
from meshctl.output.table import write_tables

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]
_WEBHOOK_COLUMNS = ("webhook", "revision", "injects", "why")
_COLUMNS = ("workload", "verdict", "webhook", "why")
_WORDS = {
    PodOutcome.INJECTED: "will be injected",
    PodOutcome.NOT_INJECTED: "will not be injected",
    PodOutcome.SEVERAL: "error, several webhooks will inject",
    PodOutcome.UNKNOWN: "unknown",
}


def write(
    found: Sequence[InjectionAnswer], output: str, out: TextIO, *, target: str | None, selector: str
) -> None:
    """Write the answers; of one workload that was named, the webhooks and the verdict as words."""
    if output == "json":
        write_json(data_of(list(found)), out)
        return
    if not found:
        complain(f"no workload here has the labels {selector}" if selector else "no workload here")
        return
    is_one = target is not None
    write_tables(tables(found, is_one=is_one), out)
    for answer in found if is_one else ():
        write_lines(("", *sentence(answer).splitlines()), out)


def tables(found: Sequence[InjectionAnswer], *, is_one: bool) -> Iterator[Table]:
    """Walk the tables that show the answers: the webhooks of one workload, or all workloads."""
    if not is_one:
        yield _COLUMNS, [_row(answer) for answer in found]
    elif found[0].webhooks:
        yield (
            _WEBHOOK_COLUMNS,
            [
                (webhook.name, webhook.revision, "yes" if webhook.injects else "no", webhook.reason)
                for webhook in found[0].webhooks
            ],
        )


def _row(answer: InjectionAnswer) -> tuple[object, ...]:
    injecting = ", ".join(webhook.name for webhook in answer.webhooks if webhook.injects)
    name = f"{answer.workload.kind} {answer.workload.namespace}/{answer.workload.name}"
    return name, answer.verdict.value, injecting, answer.reason


def sentence(answer: InjectionAnswer) -> str:
    """Write the verdict on one workload as a sentence, and what else there is to say below it."""
    words = _WORDS[answer.verdict]
    by = next((webhook for webhook in answer.webhooks if webhook.injects), None)
    if answer.verdict is PodOutcome.INJECTED and by is not None:
        words += f" by {by.name} (revision {by.revision})"
    lines = [f"{answer.workload.namespace}/{answer.workload.name}: {words}: {answer.reason}"]
    return "\n".join([*lines, *(f"note: {note}" for note in answer.notes)])
