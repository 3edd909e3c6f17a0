"""``meshctl test``: check expectations about requests, like unit tests of a mesh."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.inspect.trace.answer import trace
from meshctl.inspect.trace.expectations import check, is_test_file, no_tests, passed, read_tests
from meshctl.output.destinations import check_format
from meshctl.output.trace.tests import FORMATS, write_results

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE]... [PATH]...", help="Files of tests, and paths of the mesh."),
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    words: Words = None,
    output: Annotated[str, options.output(*FORMATS)] = "text",
) -> None:
    """Check what requests come to: where they go, over which TLS, who refuses them.

    Exit code: 0 all tests pass, 1 some fail, 2 the job could not be done.
    """
    check_format(output, *FORMATS)
    files = [word for word in words or () if is_test_file(word)]
    paths = [word for word in words or () if word not in files]
    if not files:
        raise no_tests(paths)
    results = []
    for file in map(read_tests, files):
        chosen = options.chosen_input([*file.mesh, *paths], source, cluster)
        settings = options.settings_from(source, mesh, is_live=chosen.is_live)
        whole = read_mesh(chosen, settings)
        for test in file.tests:
            found = trace(whole, test.request, settings.namespace)
            results.append(check(file.path, test, found))
    write_results(results, output, sys.stdout)
    raise typer.Exit(int(not passed(results)))
