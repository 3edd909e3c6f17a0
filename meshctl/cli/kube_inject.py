"""``meshctl kube-inject``: add sidecars to workloads, without a cluster."""

import os
import sys
from typing import Annotated

import typer

from meshctl.cli.output import write_file
from meshctl.errors import UsageError
from meshctl.inject.manifests import STYLES, Injected, inject_files, read_text
from meshctl.inject.settings import read_settings

_NATIVE = {"auto": False, "true": True, "false": False}
"""Without a cluster nothing is known of its nodes, so that ``auto`` means classic sidecars."""


Manifests = Annotated[
    list[str],
    typer.Option("-f", "--filename", metavar="PATH", help="File, directory or - for stdin."),
]
InjectConfig = Annotated[
    str, typer.Option(metavar="FILE", help="`config` of the injector's ConfigMap.")
]
Values = Annotated[str, typer.Option(metavar="FILE", help="`values` of the injector's ConfigMap.")]
MeshSettings = Annotated[str, typer.Option(metavar="FILE", help="`mesh` of the ConfigMap istio.")]
Style = Annotated[
    str,
    typer.Option(metavar="STYLE", help="preserve keeps your lines; istioctl writes what it would."),
]
Output = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout.")
]


def run(
    files: Manifests,
    inject_config: InjectConfig,
    values: Values,
    mesh_config: MeshSettings,
    revision: Annotated[
        str, typer.Option("-r", "--revision", help="Revision of the control plane.")
    ] = "",
    native: Annotated[str, typer.Option(help="Native sidecars: auto, true or false.")] = "auto",
    output_style: Style = "preserve",
    output: Output = None,
    in_place: Annotated[bool, typer.Option("-i", "--in-place", help="Rewrite the files.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change.")] = False,
) -> None:
    """Add Istio's sidecar to the workloads of manifests, by the settings of your own mesh.

    Exit code: 0 done, 2 the job could not be done; then no file is touched.
    """
    _check(files, native, output_style, output, in_place)
    settings = read_settings(
        read_text(inject_config), read_text(values), read_text(mesh_config),
        revision=revision, native=_NATIVE[native],
    )  # fmt: skip
    injected = inject_files(
        files, settings, output_style, sys.stdin.buffer if "-" in files else None
    )
    for file in injected:
        for warning in file.warnings:
            typer.echo(f"{file.name}: {warning}", err=True)
    if diff:
        sys.stdout.writelines(line for file in injected for line in file.changes())
        return
    _write(injected, output, in_place)


def _write(injected: list[Injected], output: str | None, in_place: bool) -> None:
    if in_place:
        for file in injected:
            if file.after != file.before:
                write_file(os.path.realpath(file.name), file.after)
        return
    text = "".join(file.after for file in injected)
    if output is not None:
        write_file(output, text)
    else:
        sys.stdout.write(text)


def _check(files: list[str], native: str, style: str, output: str | None, in_place: bool) -> None:
    if native not in _NATIVE:
        raise UsageError(f"--native {native!r} is not one of {', '.join(_NATIVE)}")
    if style not in STYLES:
        raise UsageError(f"--output-style {style!r} is not one of {', '.join(STYLES)}")
    if in_place and output is not None:
        raise UsageError("-i and -o exclude each other")
    if in_place and "-" in files:
        raise UsageError("-i needs files; standard input has no place to write to")
