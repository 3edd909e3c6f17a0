"""Serves one editor over standard input and output, until it goes."""

import gc
import logging
import os
import sys

from meshctl.lsp.features import make_server
from meshctl.lsp.options import Options
from meshctl.words import one_line

_LONGEST = 300


class _OneLine(logging.Formatter):
    """Says what went wrong on one line: whoever sends nonsense gets no traceback, nor its text."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the message, and what kind of failure was behind it."""
        failure = record.exc_info[1] if record.exc_info else None
        said = str(record.msg).replace("%s", "…")  # what stands there may be a text of the editor
        kind = f" ({type(failure).__name__})" if failure is not None else ""
        return f"meshctl: {one_line(said[:_LONGEST])}{kind}"


def serve(
    config: str | None, default_namespace: str, *, whole_mesh: bool | None, docs_url: str
) -> int:
    """Serve until the editor ends the connection; gives the exit code that the protocol asks for.

    What is logged, or printed by mistake, goes to standard error.
    """
    log = logging.StreamHandler(sys.stderr)
    log.setFormatter(_OneLine())
    logging.basicConfig(level=logging.ERROR, handlers=[log])
    path = os.path.abspath(config) if config is not None else None  # noqa: PTH100 - a text
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    gc.disable()  # ``Rounds`` frees what is left while nobody waits
    server = make_server(Options(path, default_namespace, whole_mesh, docs_url=docs_url))
    server.start_io(stdout=output)
    return 0 if server.is_shut_down else 1
