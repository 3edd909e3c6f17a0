"""How does a command that shows the mesh read its input?"""

import typer

from meshctl.cli.options import input_paths
from meshctl.cli.output import progress
from meshctl.engine.analyze import load_mesh
from meshctl.mesh import Mesh
from meshctl.settings import Settings
from meshctl.sources.loader import load


def read_mesh(paths: list[str] | None, settings: Settings) -> Mesh:
    """Read files into a mesh; what is wrong with their text goes to standard error."""
    chosen, stdin = input_paths(paths)
    with progress() as on_progress:
        loaded = load(chosen, stdin=stdin, on_progress=on_progress)
    for problem in loaded.problems:
        typer.echo(f"{problem.file}:{problem.span.line}: {problem.message}", err=True)
    return load_mesh(loaded, settings)
