"""``meshctl graph``: a picture of the mesh."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_judged
from meshctl.cli.options.metrics import PrometheusUrl
from meshctl.cluster.prometheus import Prometheus
from meshctl.engine.analyze import collector_off
from meshctl.inspect.graph.answer import Question, draw
from meshctl.inspect.graph.picture import VIEWS
from meshctl.output.graph.write import FORMATS, write_graph


View = Annotated[
    str, typer.Option(help=", ".join(VIEWS) + ".", autocompletion=complete.values(*VIEWS))
]
Focus = Annotated[
    str, typer.Option(metavar="SERVICE", help="Only what leads to it, and where it leads.")
]
WithFindings = Annotated[
    bool | None,
    typer.Option(
        "--findings/--no-findings",
        help="Count findings on nodes.  [default: in meshes of up to 4000 objects]",
    ),
]
Output = Annotated[
    str,
    typer.Option(
        "-o", "--output", help="mermaid, html, svg, dot or json.",
        autocompletion=complete.values(*FORMATS),
    ),
]  # fmt: skip


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    shown: options.FilterFlags,
    paths: options.Paths = None,
    view: View = "routing",
    focus: Focus = "",
    prometheus: PrometheusUrl = None,
    findings: WithFindings = None,
    output: Output = "mermaid",
) -> None:
    """Draw services, gateways and outside hosts, with the ways between them.

    Of more than 200 nodes pictures show the namespaces; -n and --focus narrow.

    Exit code: 0 drawn, 2 the job could not be done.
    """
    options.check_format(output, *FORMATS)
    options.check_word("--view", view, VIEWS)
    metrics = Prometheus(prometheus) if prometheus is not None else None
    chosen = options.chosen_input(paths, source, cluster)
    settings = options.settings_from(source, mesh, shown, is_live=chosen.is_live)
    home = shown.home(settings.namespace)
    question = Question(next(one for one in VIEWS if one == view), shown.namespaces, focus, home)
    with collector_off():
        whole, found = read_judged(chosen, settings, wanted=findings)
        write_graph(draw(whole, found, question, metrics), output, sys.stdout)
