"""``meshctl kube-inject``: add sidecars to workloads, without a cluster."""

import sys
from typing import Annotated

import typer

from meshctl.cli.commands.injection_output import InjectionOutput, report
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.injection_source import (
    FromCluster,
    InjectionSource,
    IstioNamespace,
    Verify,
    Webhook,
)
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inject.manifests import inject_files, uninject_files
from meshctl.inject.settings.builtin import DEFAULT_VERSION

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


@with_access
def run(
    access: Access,
    files: Manifests,
    inject_config: InjectConfig = None,
    values: Values = None,
    mesh_config: MeshSettings = None,
    istio_version: IstioVersion = DEFAULT_VERSION,
    sets: Sets = None,
    hub: Hub = "",
    tag: Tag = "",
    from_cluster: FromCluster = False,
    webhook: Webhook = False,
    verify: Verify = False,
    revision: Revision = "",
    istio_namespace: IstioNamespace = "istio-system",
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

    Exit code: 0 done, 1 --check or --verify found something, 2 not done: no file is touched.
    """
    source = InjectionSource(
        inject_config, values, mesh_config, istio_version, tuple(sets or ()), hub, tag, revision,
        from_cluster, webhook, verify, istio_namespace, namespace, native, kubernetes_version,
    )  # fmt: skip
    target = InjectionOutput(output_style, output, in_place, diff)
    _check(files, source, target, check=check, uninject=uninject)
    if check or verify:
        raise typer.Exit(report(files, source, target, access))
    change = uninject_files if uninject else inject_files
    target.write(change(files, source.settings(access), output_style, sys.stdin.buffer))


def _check(
    files: list[str],
    source: InjectionSource,
    target: InjectionOutput,
    *,
    check: bool,
    uninject: bool,
) -> None:
    target.check(has_files="-" not in files)
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
