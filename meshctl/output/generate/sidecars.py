"""Writes planned Sidecars: as manifests with their reasons, as a table, or for programs."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.generate.sidecar.plan import SidecarAnswer, SidecarPlan
from meshctl.output.as_json.texts import json_text
from meshctl.output.data import data_of
from meshctl.output.size.text import model_sentence
from meshctl.output.table import write_table
from meshctl.words import amount, one_line
from meshctl.yaml.emitter import dumps

_KB = 1000
_LARGE = 100
_COLUMNS = ("sidecar", "proxies", "clusters", "listeners", "config kB", "MiB", "saves MiB")


def write_sidecars(answer: SidecarAnswer, output: str, out: TextIO) -> None:
    """Write in a format: ``yaml``, ``text`` or ``json``."""
    if output == "json":
        out.write(json_text({"version": 1, **data_of(answer)}, indent=2) + "\n")
    elif output == "text":
        write_table(_COLUMNS, map(_cells, answer.sidecars), out)
        out.writelines(f"{line}\n" for line in _sentences(answer))
    else:
        out.write("---\n".join(_manifest(sidecar) for sidecar in answer.sidecars))
        out.writelines(f"# {line}\n" for line in _sentences(answer))


def _manifest(plan: SidecarPlan) -> str:
    before, after = plan.before, plan.after
    clusters = _change(before.clusters, after.clusters)
    memory = _change(before.total_mib, after.total_mib)
    lines = [f"# {amount(plan.proxies, 'proxy')}: {clusters} clusters each, {memory} MiB in all"]
    for entry in plan.entries:
        lines += [f"# {one_line(entry.host)}: {one_line(why)}" for why in entry.reasons]
    return "\n".join([*lines, dumps(dict(plan.manifest))])


def _cells(plan: SidecarPlan) -> tuple[object, ...]:
    before, after = plan.before, plan.after
    pairs = (
        (before.clusters, after.clusters), (before.listeners, after.listeners),
        (before.config_bytes / _KB, after.config_bytes / _KB), (before.total_mib, after.total_mib),
    )  # fmt: skip
    name = f"{plan.namespace}/{plan.workload or '*'}"
    saved = before.total_mib - after.total_mib
    return name, plan.proxies, *(_change(was, now) for was, now in pairs), _short(saved)


def _change(was: float, now: float) -> str:
    return f"{_short(was)} → {_short(now)}"


def _short(number: float) -> str:
    """Write a number, with a decimal where it is small and has one."""
    return f"{number:,.0f}" if number >= _LARGE or number == int(number) else f"{number:.1f}"


def _sentences(answer: SidecarAnswer) -> Iterator[str]:
    """Say what all Sidecars save, how memory is known, and what is left alone."""
    saved = sum(sidecar.before.total_mib - sidecar.after.total_mib for sidecar in answer.sidecars)
    number = amount(len(answer.sidecars), "Sidecar")
    yield f"{number} would save {_short(saved)} MiB. {model_sentence(answer.model)}"
    if answer.sidecars:
        yield (
            "Calls that nothing declares and nobody has seen are hidden: apply one at a time, and "
            "look for passthrough traffic (destination_service_name PassthroughCluster) before the "
            "next."
        )
    for left_alone in answer.left_alone:
        name = (
            f"{left_alone.namespace}/{left_alone.workload}"
            if left_alone.workload
            else left_alone.namespace
        )
        yield one_line(f"left alone: {name}: {left_alone.why}")
