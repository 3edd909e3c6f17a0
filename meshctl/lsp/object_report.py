"""Writes what commands say about one object: its routes, its TLS, what applies to it."""

import io
from contextlib import redirect_stderr
from typing import TextIO

from meshctl.engine.analyze import collector_off
from meshctl.errors import MeshctlError
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.settings import Settings

ROUTES = "meshctl.showRoutes"
TLS = "meshctl.showTls"
DESCRIBE = "meshctl.describe"
COMMANDS = {ROUTES: "routes", TLS: "tls-check", DESCRIBE: "describe"}

_ROUTED = frozenset({"Gateway", "VirtualService", "Service"})
_SERVING = frozenset({"Service", "DestinationRule"})


def commands_for(resource: Resource) -> list[str]:
    """Name the commands that say something about an object."""
    if resource.kind in _ROUTED:
        return [ROUTES, *([TLS, DESCRIBE] if resource.kind == "Service" else [])]
    if resource.kind in _SERVING:
        return [TLS]
    return [DESCRIBE] if hasattr(resource, "pod_labels") else []


def report(command: str, resource: Resource, mesh: Mesh, settings: Settings) -> str:
    """Write what a command says about an object; what it complains of stands in it, too."""
    out = io.StringIO()
    with redirect_stderr(out), collector_off():
        try:
            _WRITERS[command](resource, mesh, settings, out)
        except MeshctlError as error:
            out.write(f"{error}\n")
    return out.getvalue()


def _routes(resource: Resource, mesh: Mesh, settings: Settings, out: TextIO) -> None:
    from meshctl.inspect.routes.answer import answer  # noqa: PLC0415 - asked seldom
    from meshctl.output.routes.write import write  # noqa: PLC0415

    if resource.kind == "VirtualService":
        targets = [text for text in resource.spec.texts("hosts") if not text.startswith("*")]
    else:
        targets = [f"{resource.kind}/{resource.name}.{resource.namespace}"]
    for target in targets:
        out.write(f"# {target}\n\n")
        write(answer(mesh, target, resource.namespace, settings), "table", out)
        out.write("\n")


def _tls(resource: Resource, mesh: Mesh, settings: Settings, out: TextIO) -> None:
    from meshctl.inspect.tls.answer import Question, ask  # noqa: PLC0415 - asked seldom
    from meshctl.output.tls.write import write  # noqa: PLC0415

    host = resource.spec.text("host") or f"{resource.name}.{resource.namespace}"
    host = mesh.registry.fqdn(host, resource.namespace)
    found = ask(None, mesh, Question(None, host, resource.namespace), settings)
    write("table", found, out, only="all", everything=True)


def _describe(resource: Resource, mesh: Mesh, settings: Settings, out: TextIO) -> None:
    from meshctl.inspect.describe import describe  # noqa: PLC0415 - asked seldom
    from meshctl.output.describe.write import write  # noqa: PLC0415

    home = settings._replace(namespace=resource.namespace)
    write(describe(mesh, resource.kind, resource.name, home), "text", out)


_WRITERS = {ROUTES: _routes, TLS: _tls, DESCRIBE: _describe}
