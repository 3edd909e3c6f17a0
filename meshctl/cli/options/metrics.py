"""Declares the option that names a Prometheus."""

from typing import Annotated

import typer

PrometheusUrl = Annotated[
    str | None,
    typer.Option("--prometheus", metavar="URL", help="Ask this Prometheus for what is measured."),
]
