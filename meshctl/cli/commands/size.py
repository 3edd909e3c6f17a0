"""``meshctl size``: what each proxy is sent, and the memory that takes."""

from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.cli.options.metrics import PrometheusUrl
from meshctl.cluster.prometheus import Prometheus
from meshctl.inspect.size.answer import size
from meshctl.output.destinations import Destinations
from meshctl.output.size.write import FORMATS, write

Paths = Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Files of the mesh.")]
Pods = Annotated[
    int | None, typer.Option("--pods", metavar="N", min=1, help="Forecast so many sidecars.")
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    paths: Paths = None,
    prometheus: PrometheusUrl = None,
    pods: Pods = None,
    output: Annotated[str, options.output(*FORMATS)] = "text",
    output_file: Annotated[list[str] | None, options.output_files(*FORMATS)] = None,
) -> None:
    """Show what istiod sends each proxy, the memory that takes, and what is ahead.

    Exit code: 0 done, 2 the job could not be done.
    """
    destinations = Destinations(output, output_file, FORMATS)
    metrics = Prometheus(prometheus) if prometheus is not None else None
    chosen = options.chosen_input(paths, source, cluster)
    whole = read_mesh(chosen, options.settings_from(source, mesh, is_live=chosen.is_live))
    destinations.write(size(whole, metrics, pods), write)
