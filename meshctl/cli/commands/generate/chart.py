"""``meshctl generate chart``: a Helm chart for services, with the schema of its values."""

from typing import Annotated

import typer

from meshctl.cli.directory_flags import Overwrite
from meshctl.generate.chart.contents import chart_files
from meshctl.output.generate.directory import write_chart
from meshctl.output.stderr import complain

Directory = Annotated[str, typer.Argument(metavar="DIR", help="A new directory.")]
Values = Annotated[
    str | None,
    typer.Option("-f", "--values", metavar="FILE", help="The values that the chart holds."),
]


def run(directory: Directory, values: Values = None, overwrite: Overwrite = False) -> None:
    """Write a chart that makes of values what ``generate service`` does.

    Exit code: 0 done, 2 the values have mistakes, the directory holds other files or
    edited ones.
    """
    text = None
    if values is not None:
        from meshctl.generate.service.values import read_text

        text = read_text(values)
    files = chart_files(text)
    write_chart(directory, files, overwrites=overwrite)
    complain(f"{len(files)} files are in {directory}")
