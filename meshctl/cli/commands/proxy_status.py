"""``meshctl proxy-status``: show which proxies have the configuration that istiod has for them."""

import sys
from typing import Annotated, TextIO

import typer

from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.control_plane import ControlPlaneFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.proxies import ProxyFlags, WatchFlags
from meshctl.cli.options.shared import FilterFlags
from meshctl.errors import UsageError
from meshctl.inspect.proxies.question import ProxyQuestion, read_dump
from meshctl.output.watch import watch

Pod = Annotated[
    str | None,
    typer.Argument(metavar="[POD[.NS]]", help="One proxy, and how its Envoy differs from istiod."),
]
File = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="The config_dump of the pod's Envoy; - is standard input."),
]


@with_options
def run(
    cluster: ClusterFlags,
    istiods: ControlPlaneFlags,
    shown: FilterFlags,
    proxies: ProxyFlags,
    again: WatchFlags,
    pod: Pod = None,
    file: File = None,
) -> None:
    """Show which proxies have the configuration that istiod has for them, and why not.

    Exit code: 0 all have, 1 some are stale or refuse it (see --fail-on), or the Envoy of POD
    differs, 2 the job could not be done.
    """
    if file is not None and pod is None:
        raise UsageError("--file is the dump of one Envoy; name its pod too")
    writer = proxies.writer(shown)
    question = ProxyQuestion(istiods.of(cluster), writer.choice, writer.fail_on)
    envoy = None if file is None else read_dump(file, sys.stdin.buffer)

    def draw(out: TextIO) -> int:
        if pod is None:
            answer = question.all()
            writer.write_all(answer, out)
            return int(answer.has_failed)
        proxy_answer = question.of_pod(pod, envoy)
        writer.write_one(proxy_answer, out)
        return int(proxy_answer.has_failed)

    raise typer.Exit(watch(draw, again.interval) if again.watch else draw(sys.stdout))
