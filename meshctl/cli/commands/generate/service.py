"""``meshctl generate service``: all objects of a service from a few values."""

import sys
from typing import Annotated

import typer

from meshctl.generate.service.objects import service_objects
from meshctl.generate.service.values import read_values
from meshctl.output.generate.manifests import write_objects

Values = Annotated[
    str, typer.Option("-f", "--values", metavar="FILE", help="The values; - is standard input.")
]
Namespace = Annotated[
    str,
    typer.Option(
        "-n", "--namespace", metavar="NS", help="Namespace of a service whose values name none."
    ),
]


def run(values: Values, namespace: Namespace = "default") -> None:
    """Write Service, VirtualServices, DestinationRule and policies of a service.

    Their values are described by schemas/service-values-v1.json. Exit code: 0 done, 2 the values
    have mistakes.
    """
    write_objects(service_objects(read_values(values, namespace)), sys.stdout)
