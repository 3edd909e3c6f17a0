"""``meshctl graph``: a picture of the mesh."""

from typing import Annotated

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_judged
from meshctl.cli.options.metrics import PrometheusUrl
from meshctl.cli.options.picture import PictureFlags
from meshctl.cluster.prometheus import Prometheus
from meshctl.engine.analyze import collector_off
from meshctl.inspect.graph.answer import draw
from meshctl.output.destinations import Destinations
from meshctl.output.graph.write import FORMATS, write_graph
from meshctl.output.stderr import complain


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    shown: options.FilterFlags,
    picture: PictureFlags,
    paths: options.Paths = None,
    prometheus: PrometheusUrl = None,
    output: Annotated[str, options.output(*FORMATS)] = "mermaid",
    output_file: Annotated[list[str] | None, options.output_files(*FORMATS)] = None,
) -> None:
    """Draw services, gateways and outside hosts, with the ways between them.

    Of more than 200 nodes pictures show the namespaces; -n, -l and --focus narrow.

    Exit code: 0 drawn, 2 the job could not be done.
    """
    destinations = Destinations(output, output_file, FORMATS)
    metrics = Prometheus(prometheus) if prometheus is not None else None
    chosen = options.chosen_input(paths, source, cluster)
    settings = options.settings_from(source, mesh, shown, is_live=chosen.is_live)
    question = picture.question(shown, settings.namespace)
    with collector_off():
        whole, found = read_judged(chosen, settings, wanted=picture.findings)
        graph = draw(whole, found, question, metrics)
        destinations.write(graph, write_graph)
    if not graph.nodes:
        complain(f"note: {graph.notes[-1]}")
