"""Declares where the settings of an injection come from: Istio's chart, files, or a cluster."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import typer

from meshctl.cli.options.connect import connect
from meshctl.cluster.api import Access, Cluster, ClusterError
from meshctl.errors import UsageError
from meshctl.inject.manifests import read_text
from meshctl.inject.pod.native import CHOICES, oldest, with_native
from meshctl.inject.settings.builtin import DEFAULT_VERSION, Given, read_given
from meshctl.inject.settings.injector_config import InjectionSettings, settings_of_webhook
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.words import quoted


class InjectionSource(NamedTuple):
    """The options that say where the settings come from."""

    inject_config: Annotated[
        str | None, typer.Option(metavar="FILE", help="`config` of the injector's ConfigMap.")
    ] = None
    values: Annotated[
        str | None, typer.Option(metavar="FILE", help="`values` of the injector's ConfigMap.")
    ] = None
    mesh_config: Annotated[
        str | None, typer.Option(metavar="FILE", help="`mesh` of the ConfigMap istio.")
    ] = None
    istio_version: Annotated[
        str, typer.Option(metavar="VERSION", help="Which Istio's sidecar: 1.20 to 1.31.")
    ] = DEFAULT_VERSION
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Set a value of Istio's chart, as Helm does."
        ),
    ] = None
    hub: Annotated[str, typer.Option(help="Registry of the sidecar's image.")] = ""
    tag: Annotated[str, typer.Option(help="Tag of the sidecar's image.")] = ""
    revision: Annotated[
        str, typer.Option("-r", "--revision", help="Revision of the control plane.")
    ] = ""
    from_cluster: Annotated[
        bool,
        typer.Option("--from-cluster", help="Take the settings from the cluster's ConfigMaps."),
    ] = False
    webhook: Annotated[bool, typer.Option("--webhook", help="Let the cluster's istiod inject.")] = (
        False
    )
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Compare with what istiod does: your settings, or else those of --from-cluster.",
        ),
    ] = False
    istio_namespace: Annotated[str, typer.Option(metavar="NS", help="Namespace of istiod.")] = (
        ISTIO_NAMESPACE
    )
    default_namespace: Annotated[
        str, typer.Option(metavar="NS", help="Namespace of objects that name none.")
    ] = ""
    namespace: Annotated[
        list[str] | None,
        typer.Option(
            "-n", "--namespace", metavar="NS",
            help="Inject workloads of this namespace alone; repeatable. Without "
            "--default-namespace also where those are that name none.",
        ),
    ] = None  # fmt: skip
    native: Annotated[str, typer.Option(help="Native sidecars: auto, true or false.")] = "auto"
    kubernetes_version: Annotated[
        str,
        typer.Option(metavar="VERSION", help="Version of the nodes, which decides --native auto."),
    ] = ""

    @property
    def home(self) -> str:
        """Where workloads are that don't say it; empty where that is unknown."""
        only = self.namespace or []
        return self.default_namespace or (only[0] if len(only) == 1 else "")

    @property
    def _only(self) -> tuple[str, ...]:
        return tuple(self.namespace or ())

    def settings(self, access: Access) -> InjectionSettings:
        """Read the settings, from a cluster where one is asked for."""
        self._check()
        if self.webhook and not self.verify:
            return self.of_webhook(access)
        if self.from_cluster or (self.verify and not self._own()):
            return self._of_cluster(access)
        given = self._given(
            config=_text(self.inject_config), values=_text(self.values),
            mesh=_text(self.mesh_config), istio_version=self.istio_version, revision=self.revision,
        )  # fmt: skip
        return self._settled(given, self.kubernetes_version)

    def of_webhook(self, access: Access) -> InjectionSettings:
        """Leave everything to a running istiod."""
        from meshctl.cluster.injector import find_webhook

        webhook = find_webhook(connect(access), self.revision, access.timeout)
        return replace(settings_of_webhook(webhook.ask, self.home), only=self._only)

    def _of_cluster(self, access: Access) -> InjectionSettings:
        from meshctl.cluster.injector import injector_texts

        cluster = connect(access)
        found = injector_texts(cluster, self.istio_namespace, self.revision)
        version = self.kubernetes_version or _oldest_kubelet(cluster)
        return self._settled(self._given(**found._asdict()), version)

    def _given(self, **texts: Any) -> Given:
        return Given(sets=tuple(self.sets or ()), hub=self.hub, tag=self.tag, **texts)

    def _settled(self, given: Given, kubernetes_version: str) -> InjectionSettings:
        settings = read_given(given, namespace=self.home, only=self._only)
        return with_native(settings, self.native, kubernetes_version)

    def _check(self) -> None:
        if self.native not in CHOICES:
            raise UsageError(f"--native {quoted(self.native)} is not one of {', '.join(CHOICES)}")
        if self.from_cluster and self.webhook and not self.verify:
            raise UsageError("--from-cluster and --webhook exclude each other; --verify takes both")
        asks_istiod = self.webhook and not self.verify
        decider = "--webhook" if asks_istiod else "--from-cluster" if self.from_cluster else ""
        surplus = self._own() + (self._advice() if asks_istiod else [])
        if decider and surplus:
            raise UsageError(f"{decider} and {surplus[0]} exclude each other: the cluster decides")

    def _own(self) -> list[str]:
        """Name the settings of one's own that are given, instead of those of a cluster."""
        return _named({
            "--inject-config": self.inject_config,
            "--values": self.values,
            "--mesh-config": self.mesh_config,
            "--istio-version": self.istio_version != DEFAULT_VERSION,
        })  # fmt: skip

    def _advice(self) -> list[str]:
        """Name what is laid over the settings, of which istiod's webhook takes nothing."""
        return _named({
            "--set": self.sets,
            "--hub": self.hub,
            "--tag": self.tag,
            "--native": self.native != "auto",
            "--kubernetes-version": self.kubernetes_version,
        })  # fmt: skip


def _named(given: Mapping[str, object]) -> list[str]:
    return [name for name, is_given in given.items() if is_given]


def _text(path: str | None) -> str | None:
    return None if path is None else read_text(path)


def _oldest_kubelet(cluster: Cluster) -> str:
    """Native sidecars need every node; who may not list nodes is taken to have old ones."""
    from meshctl.cluster.injector import kubelet_versions

    try:
        return oldest(kubelet_versions(cluster))
    except ClusterError as error:
        typer.echo(f"{error}; sidecars are classic unless --native says otherwise", err=True)
        return ""
