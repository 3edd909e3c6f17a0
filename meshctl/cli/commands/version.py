"""``meshctl version``: show which versions are at work."""

import json
import sys
from typing import Annotated

import typer

from meshctl import __version__
from meshctl.cli.options import control_plane
from meshctl.cli.options.connect import with_access
from meshctl.cluster.api import Access
from meshctl.cluster.istiod import Istiods
from meshctl.errors import MeshctlError, UsageError
from meshctl.inspect.proxies.sync import read_answers
from meshctl.inspect.proxies.versions import Form, text, versions
from meshctl.output.lines import write_lines
from meshctl.output.yaml_lines import entry

_FORMATS = ("text", "json", "yaml")


@with_access
def run(
    access: Access,
    output: Annotated[str, typer.Option("-o", "--output", help="text, json or yaml.")] = "text",
    client: Annotated[bool, typer.Option("--client", help="Ask no cluster.")] = False,
    istio_namespace: control_plane.IstioNamespace = "istio-system",
    revision: control_plane.Revision = "",
    istiod_address: control_plane.IstiodAddress = "",
    istiod_url: control_plane.IstiodUrl = "",
) -> None:
    """Show the versions of this program, of every istiod and of the proxies.

    Exit code: 0 done, 2 the cluster could not be asked.
    """
    if output not in _FORMATS:
        raise UsageError(f"there is no output format {output!r}; take {', '.join(_FORMATS)}")
    if client:
        _write(versions(__version__), output)
        return
    where = istio_namespace, revision, istiod_address, istiod_url
    try:
        found = _ask(control_plane.control_plane(access, *where))
    except MeshctlError:
        _write(versions(__version__), output)
        raise
    _write(found, output)


def _ask(plane: Istiods) -> Form:
    answers = plane.proxies()
    return versions(__version__, answers, read_answers(answers))


def _write(found: Form, output: str) -> None:
    if output == "text":
        write_lines(text(found), sys.stdout)
    elif output == "json":
        typer.echo(json.dumps(found, indent=2))
    else:
        sys.stdout.writelines(line for key in found for line in entry(key, found[key]))
