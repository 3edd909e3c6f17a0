"""Names files as code hosts do: from the top of the repository."""

import os
from pathlib import Path
from urllib.parse import quote_from_bytes


def repository_path(file: str) -> str:
    """Name a file from the working directory, without ``./``; files outside it stay as named."""
    path = Path(os.path.normpath(file))
    if path.is_absolute() and path.is_relative_to(here := Path.cwd()):
        path = path.relative_to(here)
    return str(path)


def uri(file: str) -> str:
    """Make a URI reference of a file name: relative where possible, percent-encoded."""
    path = repository_path(file)
    quoted = quote_from_bytes(os.fsencode(path))
    return f"file://{quoted}" if path.startswith("/") else quoted
