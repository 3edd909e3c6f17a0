"""``meshctl lsp``: serve an editor over standard input and output."""

from typing import Annotated

import typer

from meshctl.distribution import with_extra
from meshctl.errors import UsageError


def run(
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Accepted for editors; it is the only way to talk.")
    ] = False,
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="FILE", help="Config file instead of the nearest one."),
    ] = None,
    default_namespace: Annotated[
        str | None, typer.Option(metavar="NS", help="Namespace of objects that name none.")
    ] = None,
    whole_mesh: Annotated[
        bool | None,
        typer.Option(
            "--whole-mesh/--part-of-mesh",
            help="The folder is the whole mesh: what is missing is absent.",
            show_default=False,
        ),
    ] = None,
    docs_url: Annotated[
        str, typer.Option(metavar="URL", help="Where the pages of the rules are, for links.")
    ] = "",
) -> None:
    """Serve an editor: findings while you type, hover, completion, definitions, quick fixes.

    Editors start it; it speaks the Language Server Protocol over standard input and output. It
    needs the extra `lsp`. Exit code: 0 when the editor ended it, 1 when it was
    gone, 2 the server could not be started.
    """
    try:
        from meshctl.lsp.serve import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol", "attrs", "cattrs"}:
            raise
        raise UsageError(f"the language server needs pygls; {with_extra('lsp')}") from error
    code = serve(config, default_namespace or "", whole_mesh=whole_mesh, docs_url=docs_url)
    raise typer.Exit(code)
