"""Writes the sizes of proxies as one HTML page, with the plot in it."""

from typing import TextIO

from meshctl.inspect.size.answer import SizeAnswer
from meshctl.output.page.filters import counted, filter_form
from meshctl.output.page.frame import Page, Section, write_page
from meshctl.output.page.markup import table
from meshctl.output.size.plot import svg_plot
from meshctl.output.size.text import COLUMNS, cells, sentences


def write_html(answer: SizeAnswer, out: TextIO) -> None:
    """Write the page: what follows, the plot, and a row for each workload."""
    rows = answer.proxies
    plot = svg_plot(rows, answer.model)
    form = filter_form(
        "workloads",
        [counted("kind", "Kind", (row.kind for row in rows))],
        [counted("namespace", "Namespace", (row.namespace for row in rows))],
        {},
    )
    marks = [{"data-kind": row.kind, "data-namespace": row.namespace} for row in rows]
    caption = "What istiod sends each proxy, and the memory of one; ~ marks an estimate."
    listed = table(caption, COLUMNS, map(cells, rows), marks=marks, list_id="proxies")
    sections = (
        Section("plot", "Memory by clusters", [f'<div class="plot">{plot}</div>'] if plot else []),
        Section("workloads", "Workloads", [form, listed]),
    )
    write_page(Page("Sizes of proxies", tuple(sentences(answer)), sections), out)
