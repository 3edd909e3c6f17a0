"""What is known about a mesh beside its manifests: the mesh config, and what they leave out."""

from collections.abc import Iterable, Iterator

from meshctl.errors import ConfigError
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.mesh.core.mesh_config import MeshConfig, read_mesh_config
from meshctl.regular_files import read_text
from meshctl.resources import Resource
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded, Unread


def knowledge_of(loaded: Loaded, settings: Settings) -> Knowledge:
    """Name the namespaces that something outside the files fills: charts, Istio's installation."""
    if settings.whole_mesh:
        return NOTHING_LACKS
    config = mesh_config_of(settings)
    root = config.root_namespace if config is not None else ISTIO_NAMESPACE
    homes = frozenset[str]().union(*(gap.namespaces for gap in loaded.gaps))
    if not any(map(_is_istiod, loaded.documents)):
        homes |= {root}
    return Knowledge(homes, any(not gap.namespaces for gap in loaded.gaps))


def unread_clusters(resources: Iterable[Resource], known: Iterable[str]) -> Iterator[Unread]:
    """Walk the kinds that a mesh has in clusters which the input names, and doesn't hold."""
    secrets = [
        resource for resource in resources if resource.kind == "Secret" and not resource.group
    ]
    if not secrets:
        return
    from meshctl.mesh.core.clusters import (  # noqa: PLC0415 - few meshes have several
        REGISTERED_KINDS,
        unreadable_clusters,
    )

    names = unreadable_clusters(secrets, known)
    if names:
        reason = (
            f"a remote secret gives istiod the cluster {', '.join(names)}, whose Services and "
            "workloads are not in the input; --cluster-name NAME=PATH adds them"
        )
        yield from (Unread("", kind, reason) for kind in REGISTERED_KINDS)


def _is_istiod(document: Document) -> bool:
    """Is it a part of an installation of Istio, which is then in the input?"""
    metadata = document.data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    kind = str(document.data.get("kind"))  # which may be a mapping
    return kind in {"Deployment", "Service"} and str(name).startswith("istiod")


def mesh_config_of(settings: Settings) -> MeshConfig | None:
    """Read the mesh config that the settings name; raises ConfigError where it is none."""
    if settings.mesh_config is None:
        return None
    try:
        text = read_text(settings.mesh_config)
    except OSError as error:
        message = f"cannot read the mesh config {settings.mesh_config}: {error.strerror}"
        raise ConfigError(message) from error
    config = read_mesh_config(text)
    if config is None:
        message = (
            f"{settings.mesh_config} is not a mesh config; give the MeshConfig itself, an "
            "`istio` ConfigMap or an IstioOperator"
        )
        raise ConfigError(message)
    return config
