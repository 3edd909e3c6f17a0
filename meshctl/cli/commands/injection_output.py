"""Writes injected manifests, or the report about them."""

import os
import sys
from typing import NamedTuple

import typer

from meshctl.cli.options.injection_source import InjectionSource
from meshctl.cli.options.output import Outputs, write_file, write_files
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inject.manifests import STYLES, Injected, inject_files, joined
from meshctl.inject.settings.injector_config import InjectionSettings


class InjectionOutput(NamedTuple):
    """The options that say how and where results are written."""

    style: str
    output: str | None
    in_place: bool
    diff: bool

    def check(self, *, has_files: bool) -> None:
        """Refuse what excludes each other."""
        if self.style not in STYLES:
            raise UsageError(f"--output-style {self.style!r} is not one of {', '.join(STYLES)}")
        if self.in_place and self.output is not None:
            raise UsageError("-i and -o exclude each other")
        if self.diff and self.output is not None:
            raise UsageError("--diff and -o exclude each other: a diff goes to standard output")
        if self.in_place and not has_files:
            raise UsageError("-i needs files; standard input has no place to write to")

    def write(self, changed: list[Injected]) -> None:
        """Write results, all of them or none."""
        for file in changed:
            for warning in file.warnings:
                typer.echo(warning, err=True)
        if self.diff:
            _print("".join(line for file in changed for line in file.changes()))
        elif self.in_place:
            different = [file for file in changed if file.after != file.before]
            write_files({os.path.realpath(file.name): file.after for file in different})
        elif self.output is not None:
            write_file(self.output, joined(file.after for file in changed))
        else:
            _print(joined(file.after for file in changed))


def report(
    files: list[str], source: InjectionSource, target: InjectionOutput, access: Access
) -> int:
    """Report what injection would break, or what istiod does differently; gives the exit code."""
    settings = source.settings(access)
    if source.verify:
        return _report_differences(files, settings, source.of_webhook(access), target)
    return _report_hazards(files, settings, source.namespace, source.mesh_config)


def _report_hazards(
    files: list[str], settings: InjectionSettings, namespace: str, mesh_config: str | None
) -> int:
    from meshctl.cli.options import shared as options  # the rules are not needed to inject
    from meshctl.cli.options.mesh_input import analyze_files

    analysis = options.settings_from(
        None, injection=settings.by_hand(), namespace=namespace or None, mesh_config=mesh_config,
        select=(), whole_mesh=False,
    )  # fmt: skip
    outputs = Outputs("text", [], analysis.fail_on)
    found = analyze_files(files, analysis, [])
    outputs.write(found)
    return outputs.exit_code(found)


def _report_differences(
    files: list[str], ours: InjectionSettings, istiod: InjectionSettings, target: InjectionOutput
) -> int:
    """Show what istiod does otherwise than its settings say; 1 when it does."""
    expected, found = (inject_files(files, settings, target.style) for settings in (ours, istiod))
    count = 0
    for injected, other in zip(expected, found, strict=True):
        lines = [*injected._replace(before=injected.after, after=other.after).changes()]
        count += bool(lines)
        _print("".join(lines))
    differ = f"{count} of {len(expected)}" if count else "none"
    typer.echo(f"files that istiod would inject otherwise: {differ}", err=True)
    return int(bool(count))


def _print(text: str) -> None:
    """Write manifests as they are, whatever the terminal can show."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
