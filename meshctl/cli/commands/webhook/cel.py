"""``meshctl webhook cel``: print rules as ValidatingAdmissionPolicies, which need no webhook."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.gate import Mode, answering_of
from meshctl.cli.options.names import split_names
from meshctl.errors import UsageError
from meshctl.output.generate.manifests import write_objects
from meshctl.settings import Settings

Select = Annotated[
    list[str] | None,
    typer.Option(
        help="These rules alone: id, family, glob, IST or KIA code.", autocompletion=complete.rules
    ),
]


def run(select: Select = None, mode: Mode = "warn") -> None:
    """Print the rules that need one object alone, each as a policy with its binding.

    Exit code: 0 done, 2 none of the selected rules can be written so.
    """
    from meshctl.engine.analyze import check_settings
    from meshctl.engine.registry import chosen, load_all
    from meshctl.gate.install.policies import admission_policies

    settings = Settings(select=split_names(select) or ())
    check_settings(settings)
    answering = answering_of(mode, settings)
    found = list(admission_policies(chosen(load_all(), settings), answering.mode))
    if not found:
        raise UsageError("none of these rules is about one object alone; leave --select out")
    write_objects(found, sys.stdout)
    raise typer.Exit
