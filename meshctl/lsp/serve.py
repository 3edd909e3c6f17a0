"""Serves one editor over standard input and output, until it goes."""

import gc
import logging
import os
import sys

from meshctl.lsp.features import make_server
from meshctl.lsp.options import Options


def serve(
    config: str | None, default_namespace: str, *, whole_mesh: bool | None, docs_url: str
) -> int:
    """Serve until the editor ends the connection; gives the exit code that the protocol asks for.

    What is logged, or printed by mistake, goes to standard error.
    """
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    path = os.path.abspath(config) if config is not None else None  # noqa: PTH100 - a text
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    gc.disable()  # ``Rounds`` frees what is left while nobody waits
    server = make_server(Options(path, default_namespace, whole_mesh, docs_url=docs_url))
    server.start_io(stdout=output)
    return 0 if server.is_shut_down else 1
