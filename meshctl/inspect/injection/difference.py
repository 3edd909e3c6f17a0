"""Compares the injection of some settings with what a running istiod does, and says why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from meshctl.inject.manifests import inject_files
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.mesh import Mesh

_READ = ("concurrency", "environmentVariables", "image")
"""What istiod reads of a ProxyConfig (toMeshConfigProxyConfig, pilot/pkg/model/proxy_config.go)."""


@dataclass(frozen=True, slots=True)
class FileDifference:
    """How istiod injects one file otherwise: the lines of a unified diff, none if it doesn't.

    ``causes`` name what istiod heeds of the cluster for a workload of the file and kube-inject
    doesn't read, a sentence each.
    """

    file: str
    lines: tuple[str, ...]
    causes: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Does istiod inject the file otherwise?"""
        return bool(self.lines)


def differences(
    files: Sequence[str], ours: InjectionSettings, istiod: InjectionSettings, style: str
) -> list[FileDifference]:
    """Inject files by settings and by istiod, and compare.

    Both guess the workload from the pod, as istiod has to: of a DeploymentConfig or a Rollout that
    gives another API version than the manifest has.
    """
    both = replace(ours, sees_pods=True), istiod
    expected, found = (inject_files(files, settings, style) for settings in both)
    return [
        FileDifference(
            injected.name,
            tuple(injected._replace(before=injected.after, after=other.after).changes()),
        )
        for injected, other in zip(expected, found, strict=True)
    ]


def explained(
    found: Sequence[FileDifference], read_mesh: Callable[[Sequence[str]], Mesh]
) -> list[FileDifference]:
    """Name the ProxyConfigs that hold for the workloads of the files that differ.

    ``read_mesh`` gives the workloads of files with the ProxyConfigs of the cluster.
    """
    return [
        replace(difference, causes=tuple(_causes(read_mesh([difference.file]))))
        if difference.differs
        else difference
        for difference in found
    ]


def _causes(mesh: Mesh) -> list[str]:
    sentences = [
        f"{config.title} of the cluster holds for {workload.title} "
        f"({', '.join(key for key in _READ if config.spec.has(key))}), which istiod heeds and "
        "kube-inject doesn't read"
        for workload in mesh.workloads
        for config in mesh.injection.proxy_configs.of(workload)
        if any(config.spec.has(key) for key in _READ)
    ]
    return list(dict.fromkeys(sentences))
