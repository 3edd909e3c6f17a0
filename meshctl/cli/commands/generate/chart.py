"""``meshctl generate chart``: a Helm chart for services, with the schema of its values."""

from typing import Annotated

import typer

from meshctl.generate.chart.contents import chart_files
from meshctl.generate.service.values import read_text
from meshctl.output.generate.directory import write_chart
from meshctl.output.stderr import complain

Directory = Annotated[str, typer.Argument(metavar="DIR", help="A new directory.")]
Values = Annotated[
    str | None,
    typer.Option("-f", "--values", metavar="FILE", help="The values that the chart holds."),
]


def run(directory: Directory, values: Values = None) -> None:
    """Write a chart that makes of values what ``generate service`` does.

    Exit code: 0 done, 2 the values have mistakes, or the directory holds other files.
    """
    files = chart_files(read_text(values) if values is not None else None)
    write_chart(directory, files)
    complain(f"{len(files)} files are in {directory}")
