"""Reads what ``meshctl diagnose`` is given: a symptom, and the mesh that it is from."""

import shlex
import sys
from pathlib import Path

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.mesh_input import read_files, read_live
from meshctl.inspect.diagnose.answer import Known
from meshctl.regular_files import read_bytes

_LONGEST_NAME = 255


def read_symptom(text: str) -> str:
    """Read standard input for ``-``, a file that is there, else take the text itself."""
    if text == "-":
        return sys.stdin.buffer.read().decode(errors="replace")
    is_short = "\n" not in text and len(text) < _LONGEST_NAME
    file = Path(text)
    if is_short and "\0" not in text and file.is_file():
        return read_bytes(file).decode(errors="replace")
    return text


def read_known(
    paths: list[str] | None,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    cluster: ClusterFlags,
) -> Known | None:
    """Read the mesh, where one is named."""
    if not (paths or source.filename or source.cluster or cluster.names_one):
        return None
    chosen = options.chosen_input(paths, source, cluster)
    settings = options.settings_from(source, mesh, is_live=chosen.is_live)
    files = read_files(chosen.paths, settings)
    live = read_live(chosen.access, settings, files) if chosen.is_live else None
    words = [*chosen.paths, *(["--cluster"] if chosen.is_live else [])]
    return Known(files, live, settings, shlex.join(words))
