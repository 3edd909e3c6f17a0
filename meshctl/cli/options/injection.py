"""Declares how injected manifests are written, and what is reported instead of them."""

from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options.injection_source import InjectionSource
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inspect.injection.difference import differences, explained
from meshctl.output.findings.outputs import Outputs
from meshctl.output.injection.manifests import ManifestWriter, write_differences
from meshctl.output.stderr import complain

Filename = Annotated[
    list[str] | None,
    typer.Option("-f", "--filename", metavar="PATH", help="A PATH, as kubectl has it."),
]
Uninject = Annotated[bool, typer.Option("--uninject", help="Take the sidecars out again.")]
Check = Annotated[
    bool, typer.Option("--check", help="Say what injection would break; writes no manifest.")
]


class TargetFlags(NamedTuple):
    """The options that say how and where results are written."""

    output_style: Annotated[
        str,
        typer.Option(
            metavar="STYLE", help="preserve keeps your lines; istioctl writes what it would."
        ),
    ] = "preserve"
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout.")
    ] = None
    in_place: Annotated[bool, typer.Option("-i", "--in-place", help="Rewrite the files.")] = False
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change.")] = False

    def writer(self, *, has_files: bool) -> ManifestWriter:
        """Say how results are written; UsageError for what excludes each other."""
        writer = ManifestWriter(self.output_style, self.output, self.in_place, self.diff)
        writer.check(has_files=has_files)
        return writer


def chosen_files(paths: list[str] | None, filename: list[str] | None) -> list[str]:
    """Name what is injected: the paths with and without -f; one is needed."""
    files = [*(paths or ()), *(filename or ())]
    if not files:
        raise UsageError("name what to inject: meshctl kube-inject PATH, or - for standard input")
    return files


def check_together(
    files: list[str],
    source: InjectionSource,
    target: ManifestWriter,
    *,
    check: bool,
    uninject: bool,
) -> None:
    """Refuse flags that exclude each other."""
    writes = target.in_place or target.diff or target.output is not None
    if check and source.verify:
        raise UsageError("--check and --verify exclude each other")
    if (check or source.verify) and (uninject or writes):
        raise UsageError(
            "--check and --verify only report; leave out --uninject, --diff, -i and -o"
        )
    if check and source.webhook:
        raise UsageError("--check and --webhook exclude each other: istiod checks by itself")
    if uninject and source.webhook:
        raise UsageError("--uninject and --webhook exclude each other: istiod takes nothing out")
    if source.verify and "-" in files:
        raise UsageError("--verify injects twice, so it needs files; write standard input to one")


def report(
    files: list[str], source: InjectionSource, target: ManifestWriter, access: Access
) -> int:
    """Report what injection would break, or what istiod does differently; gives the exit code."""
    settings = source.settings(access)
    if not source.verify:
        return _report_hazards(files, settings, source)
    found = differences(files, settings, source.of_webhook(access), target.style)
    if any(difference.differs for difference in found):
        from meshctl.cli.options.mesh_input import with_proxy_configs  # a difference is rare

        found = explained(found, with_proxy_configs(access, source.home))
    write_differences(found)
    return int(any(difference.differs for difference in found))


def _report_hazards(files: list[str], settings: InjectionSettings, source: InjectionSource) -> int:
    from meshctl.cli.options import shared as options  # the rules are not needed to inject
    from meshctl.cli.options.mesh_input import analyze_files

    analysis = options.settings_from(
        options.SourceFlags(default_namespace=source.home or None),
        options.MeshFlags(source.mesh_config, whole_mesh=False),
        options.FilterFlags(source.namespace),
        injection=settings.by_hand(), select=(),
    )  # fmt: skip
    outputs = Outputs("text", [], analysis.fail_on)
    chosen = options.Input(files, is_live=False, access=Access())
    found = analyze_files(chosen, analysis, [])
    outputs.write(found)
    return outputs.exit_code(found)


def tell_rendered(files: list[str]) -> None:
    """Say on standard error which of the files must be rendered before they are injected."""
    from meshctl.inject.manifests import rendered_first

    for note in rendered_first(files):
        complain(note)
