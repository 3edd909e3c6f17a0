"""``meshctl proxy-status``: show which proxies have the configuration that istiod has for them."""

import sys
from typing import Annotated

import typer

from meshctl.cli.commands.proxy_output import ProxyStatus
from meshctl.cli.commands.watch import watch as draw_again
from meshctl.cli.options import control_plane
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inspect.proxies.selection import SORTS, FailOn, ProxySelection

Pod = Annotated[
    str | None,
    typer.Argument(metavar="[POD[.NS]]", help="One proxy, and how its Envoy differs from istiod."),
]
Namespace = Annotated[str, typer.Option("-n", "--namespace", help="Proxies of this namespace.")]
AllNamespaces = Annotated[
    bool, typer.Option("-A", "--all-namespaces", help="Proxies of all namespaces, as without -n.")
]
Selector = Annotated[
    str,
    typer.Option("-l", "--selector", metavar="LABELS", help="Proxies of pods with these labels."),
]
Output = Annotated[str, typer.Option("-o", "--output", help="table, wide, json or yaml.")]
Sort = Annotated[str, typer.Option(help=f"By {', '.join(SORTS)}.")]
FailOnStates = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="STATE",
        help="What exit code 1 is for: stale (or refused), not-sent, skew or never; repeatable.",
        show_default="stale",
    ),
]
All = Annotated[bool, typer.Option("--all", help="List those in order too, however many.")]
Watch = Annotated[bool, typer.Option("-w", "--watch", help="Show it again and again.")]
Interval = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.1, help="Pause between two looks of --watch.")
]
File = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="The config_dump of the pod's Envoy; - is standard input."),
]


@with_access
def run(
    access: Access,
    pod: Pod = None,
    namespace: Namespace = "",
    all_namespaces: AllNamespaces = False,
    selector: Selector = "",
    output: Output = "table",
    sort: Sort = "name",
    fail_on: FailOnStates = None,
    everything: All = False,
    watch: Watch = False,
    interval: Interval = 2.0,
    file: File = None,
    istio_namespace: control_plane.IstioNamespace = "istio-system",
    revision: control_plane.Revision = "",
    istiod_address: control_plane.IstiodAddress = "",
    istiod_url: control_plane.IstiodUrl = "",
) -> None:
    """Show which proxies have the configuration that istiod has for them, and why not.

    Exit code: 0 all have, 1 some are stale or refuse it (see --fail-on), or the Envoy of POD
    differs, 2 the job could not be done.
    """
    if file is not None and pod is None:
        raise UsageError("--file is the dump of one Envoy; name its pod too")
    where = istio_namespace, revision, istiod_address, istiod_url
    choice = ProxySelection("" if all_namespaces else namespace, selector, sort)
    status = ProxyStatus(
        control_plane.control_plane(access, *where), choice,
        FailOn(options.split_names(fail_on)), output, everything=everything,
    )  # fmt: skip
    draw = status.all if pod is None else status.of_pod(pod, file)
    raise typer.Exit(draw_again(draw, interval) if watch else draw(sys.stdout))
