"""Writes the sizes of proxies for people."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.inspect.size.answer import MemoryModel, ProxyRow, SizeAnswer
from meshctl.inspect.size.measurement import ControlPlane
from meshctl.output.size.plot import terminal_plot
from meshctl.output.table import write_table
from meshctl.output.terminal import hanging, width_of
from meshctl.words import visible

COLUMNS = (
    "proxy", "kind", "pods", "clusters", "listeners", "routes", "endpoints", "config kB", "MiB",
)  # fmt: skip
_KB = 1000
_SHOWN = 10
_SMALL = 10


def write_text(answer: SizeAnswer, out: TextIO) -> None:
    """Write a table, the plot, and what follows."""
    write_table(COLUMNS, map(cells, answer.proxies), out)
    plot = list(terminal_plot(answer.proxies, answer.model))
    out.writelines(f"{visible(line)}\n" for line in (*(["", *plot] if plot else ()), ""))
    width = width_of(out)
    lines = (part for line in sentences(answer) for part in hanging(visible(line), width))
    out.writelines(f"{line}\n" for line in lines)


def cells(row: ProxyRow) -> tuple[object, ...]:
    """Pick what the table shows of a proxy; ``~`` marks memory that is estimated."""
    counts = row.counts
    mib = f"{'' if row.is_measured else '~'}{row.memory_mib:.0f}"
    return (
        f"{row.namespace}/{row.name}", row.kind, row.pods, counts.clusters, counts.listeners,
        counts.routes, counts.endpoints, f"{row.bytes.total / _KB:.0f}", mib,
    )  # fmt: skip


def sentences(answer: SizeAnswer) -> Iterator[str]:
    """Say what the figures mean: the model, the total, savings, forecast and advice."""
    if not answer.proxies:
        yield (
            "No workload here is known to have a proxy: a Namespace whose labels decide, or a Gateway, "
            "may be missing"
        )
    yield model_sentence(answer.model)
    yield f"All proxies together: {answer.total_mib:,.0f} MiB"
    if answer.forecast is not None:
        forecast = answer.forecast
        yield f"{forecast.sidecars:,} sidecars of today's size: {forecast.total_mib:,.0f} MiB"
    for saving in answer.savings[:_SHOWN]:
        yield (
            f"A Sidecar in {saving.namespace} would save {saved_mib(saving.total_mib)} MiB: "
            f"{saving.clusters} clusters in each of {saving.sidecars}"
        )
    if len(answer.savings) > _SHOWN:
        yield f"... and {len(answer.savings) - _SHOWN} more namespaces"
    if answer.advice is not None:
        advice = answer.advice
        yield (
            f"Ask for {advice.request_mib} MiB, with a limit of {advice.limit_mib} MiB "
            "(the largest sidecar and 20 %)"
        )
        if advice.clusters_at_limit is not None:
            yield (
                f"A sidecar would hit the limit of today, {advice.limit_today_mib:,.0f} MiB, at about "
                f"{advice.clusters_at_limit:,} clusters"
            )
    if answer.control_plane is not None:
        yield from _control_plane(answer.control_plane)
    yield from (f"Prometheus warns: {warning}" for warning in answer.warnings)


def saved_mib(amount: float) -> str:
    """Write what is saved: a tenth where whole numbers would say nothing."""
    return f"{amount:,.0f}" if amount >= _SMALL else f"{amount:.1f}"


def model_sentence(model: MemoryModel) -> str:
    """Say how memory grows, and how that is known."""
    line = f"{model.base_mib:.0f} MiB + {model.mib_per_cluster:.3f} MiB a cluster"
    if model.source == "prometheus":
        bounds = f"{model.low:.3f} to {model.high:.3f}"
        return f"Measured: {line} (95 % sure: {bounds}, from {model.points} pods)"
    why = f"; measurements give no line: {model.why_no_line}" if model.why_no_line else ""
    return f"An estimate, not measured: {line} + 0.002 MiB an endpoint{why}"


def _control_plane(control_plane: ControlPlane) -> Iterator[str]:
    figures = (
        ("proxies", control_plane.proxies, ",.0f"), ("services", control_plane.services, ",.0f"),
        ("rejected configurations", control_plane.rejected_configurations, ",.0f"),
        ("seconds for 99 of 100 pushes", control_plane.push_seconds_p99, ".2f"),
    )  # fmt: skip
    found = [f"{name} {value:{form}}" for name, value, form in figures if value is not None]
    missing = [name for name, value, _ in figures if value is None]
    pushed = [f"{name} {size / _KB:.0f} kB" for name, size in control_plane.pushed_bytes.items()]
    if pushed:
        found.append(f"a push of {', '.join(pushed)}")
    yield f"istiod: {'; '.join(found) or 'Prometheus has no metrics of it'}"
    if found and missing:
        yield f"  not in Prometheus: {', '.join(missing)}"
