"""``meshctl kube-inject``: add sidecars to workloads, without a cluster."""

import os
import sys
from typing import Annotated

import typer

from meshctl.cli.output import Outputs, write_file, write_files
from meshctl.errors import UsageError
from meshctl.inject.builtin import DEFAULT_VERSION, Given, read_given
from meshctl.inject.manifests import (
    STYLES,
    Injected,
    inject_files,
    joined,
    read_text,
    uninject_files,
)  # fmt: skip
from meshctl.inject.native import CHOICES, with_native
from meshctl.inject.settings import Settings

Manifests = Annotated[
    list[str],
    typer.Option("-f", "--filename", metavar="PATH", help="File, directory or - for stdin."),
]
InjectConfig = Annotated[
    str | None, typer.Option(metavar="FILE", help="`config` of the injector's ConfigMap.")
]
Values = Annotated[
    str | None, typer.Option(metavar="FILE", help="`values` of the injector's ConfigMap.")
]
MeshSettings = Annotated[
    str | None, typer.Option(metavar="FILE", help="`mesh` of the ConfigMap istio.")
]
IstioVersion = Annotated[
    str, typer.Option(metavar="VERSION", help="Which Istio's sidecar: 1.20 to 1.31.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set a value of Istio's chart, as Helm does."),
]
Hub = Annotated[str, typer.Option(help="Registry of the sidecar's image.")]
Tag = Annotated[str, typer.Option(help="Tag of the sidecar's image.")]
Revision = Annotated[str, typer.Option("-r", "--revision", help="Revision of the control plane.")]
Namespace = Annotated[
    str, typer.Option("-n", "--namespace", help="Where workloads are that don't say it.")
]
Native = Annotated[str, typer.Option(help="Native sidecars: auto, true or false.")]
KubernetesVersion = Annotated[
    str, typer.Option(metavar="VERSION", help="Version of the nodes, which decides --native auto.")
]
Style = Annotated[
    str,
    typer.Option(metavar="STYLE", help="preserve keeps your lines; istioctl writes what it would."),
]
Uninject = Annotated[bool, typer.Option("--uninject", help="Take the sidecars out again.")]
Check = Annotated[
    bool, typer.Option("--check", help="Say what injection would break; writes no manifest.")
]
Output = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout.")
]
InPlace = Annotated[bool, typer.Option("-i", "--in-place", help="Rewrite the files.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show what would change.")]


def run(
    files: Manifests,
    inject_config: InjectConfig = None,
    values: Values = None,
    mesh_config: MeshSettings = None,
    istio_version: IstioVersion = DEFAULT_VERSION,
    sets: Sets = None,
    hub: Hub = "",
    tag: Tag = "",
    revision: Revision = "",
    namespace: Namespace = "",
    native: Native = "auto",
    kubernetes_version: KubernetesVersion = "",
    output_style: Style = "preserve",
    uninject: Uninject = False,
    output: Output = None,
    in_place: InPlace = False,
    diff: Diff = False,
    check: Check = False,
) -> None:
    """Add Istio's sidecar to the workloads of manifests, as Istio's chart or your own mesh does.

    Exit code: 0 done, 1 --check found an error, 2 the job could not be done: no file is touched.
    """
    _check(files, native, output_style, output, in_place)
    _check_alone(check, uninject=uninject, writes=in_place or diff or output is not None)
    stdin = sys.stdin.buffer if "-" in files else None
    config, chart, mesh = map(_text, (inject_config, values, mesh_config))
    given = Given(istio_version, config, chart, mesh, tuple(sets or ()), hub, tag, revision)
    settings = with_native(read_given(given, namespace=namespace), native, kubernetes_version)
    if check:
        raise typer.Exit(_report_hazards(files, settings, namespace, mesh_config))
    change = uninject_files if uninject else inject_files
    changed = change(files, settings, output_style, stdin)
    _write(changed, output, in_place=in_place, diff=diff)


def _text(path: str | None) -> str | None:
    return None if path is None else read_text(path)


def _report_hazards(
    files: list[str], settings: Settings, namespace: str, mesh_config: str | None
) -> int:
    from meshctl.cli import options  # the rules are not needed to inject
    from meshctl.cli.mesh_input import analyze_files

    analysis = options.settings_from(
        None, injection=settings.by_hand(), namespace=namespace or None, mesh_config=mesh_config,
        select=(), whole_mesh=False,
    )  # fmt: skip
    outputs = Outputs("text", [], analysis.fail_on)
    report = analyze_files(files, analysis, [])
    outputs.write(report)
    return outputs.exit_code(report)


def _write(changed: list[Injected], output: str | None, *, in_place: bool, diff: bool) -> None:
    for file in changed:
        for warning in file.warnings:
            typer.echo(warning, err=True)
    if diff:
        _print("".join(line for file in changed for line in file.changes()))
    elif in_place:
        write_files(
            {os.path.realpath(one.name): one.after for one in changed if one.after != one.before}
        )
    elif output is not None:
        write_file(output, joined(one.after for one in changed))
    else:
        _print(joined(one.after for one in changed))


def _print(text: str) -> None:
    """Write manifests as they are, whatever the terminal can show."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _check(files: list[str], native: str, style: str, output: str | None, in_place: bool) -> None:
    if native not in CHOICES:
        raise UsageError(f"--native {native!r} is not one of {', '.join(CHOICES)}")
    if style not in STYLES:
        raise UsageError(f"--output-style {style!r} is not one of {', '.join(STYLES)}")
    if in_place and output is not None:
        raise UsageError("-i and -o exclude each other")
    if in_place and "-" in files:
        raise UsageError("-i needs files; standard input has no place to write to")


def _check_alone(check: bool, *, uninject: bool, writes: bool) -> None:
    if check and (uninject or writes):
        raise UsageError("--check only reports; leave out --uninject, --diff, -i and -o")
