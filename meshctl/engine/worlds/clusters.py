"""Asks the rules about each cluster of a mesh, as the istiod of that cluster sees it.

What is applied in one cluster is asked about there alone. What several clusters find at one place
is told once, with their names. Rules that hold copies of an object against each other are asked
about all clusters together.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from meshctl.engine.deduplicate import counts
from meshctl.engine.live_overlay import overlay
from meshctl.engine.registry import comparing
from meshctl.engine.report import EVERY_RULE
from meshctl.engine.runner import Outcomes, run
from meshctl.engine.surroundings import knowledge_of, unread_clusters
from meshctl.engine.worlds.confirm import Build, confirm
from meshctl.engine.worlds.rendered import WorldOutcomes
from meshctl.mesh import Mesh
from meshctl.mesh.core.clusters import (
    REGISTERED_KINDS,
    ClusterObjects,
    remote_cluster,
    taken_from,
)
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.resources import Resource
from meshctl.rules.api import Rule
from meshctl.settings import Settings
from meshctl.sources.clusters import LoadedCluster
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded, Unread

Objects = Callable[[Iterable[Document], str], tuple[Resource, ...]]
"""Makes objects of documents, those that name no namespace in the one given."""


class MakeMesh(Protocol):
    """Builds the mesh of some resources, by what is known of it."""

    def __call__(
        self, some: Sequence[Resource], knowledge: Knowledge, further: Iterable[Unread] = ()
    ) -> Mesh:
        """Build it."""


class ClusterView(NamedTuple):
    """A cluster of the mesh as its istiod sees it.

    ``own`` are its objects, ``alternatives`` those of what may be rendered in several ways, by
    name, ``taken`` what comes from the other clusters.
    """

    name: str
    own: tuple[Resource, ...]
    alternatives: dict[str, tuple[Resource, ...]]
    taken: tuple[Resource, ...]
    knowledge: Knowledge
    unread: tuple[Unread, ...]
    is_asked: bool

    def build(self, make_mesh: MakeMesh) -> Build:
        """Give what makes the meshes that its istiod may see."""
        return lambda some: make_mesh(some, self.knowledge, self.unread)

    def mesh(self, make_mesh: MakeMesh) -> Mesh:
        """Build the mesh of what is applied in any case."""
        return self.build(make_mesh)((*self.own, *self.taken))


def views(loaded: Loaded, settings: Settings, objects_of: Objects) -> list[ClusterView]:
    """See the mesh from each of its clusters."""
    parts = [_objects(cluster, loaded, settings, objects_of) for cluster in loaded.clusters]
    everything = [
        ClusterObjects(
            cluster.name, (*own, *(resource for some in others.values() for resource in some))
        )
        for cluster, (own, others) in zip(loaded.clusters, parts, strict=True)
    ]
    remotes = [remote_cluster(cluster) for cluster in everything]
    found: list[ClusterView] = []
    for number, (cluster, (own, alternatives)) in enumerate(
        zip(loaded.clusters, parts, strict=True)
    ):
        others = [
            cluster_objects
            for cluster_objects in everything
            if cluster_objects.name != cluster.name
        ]
        knowledge = _knowledge(cluster, loaded, settings)._replace(
            cluster=cluster.name,
            remotes=tuple(remote for remote in remotes if remote.name != cluster.name),
        )
        found.append(
            ClusterView(
                cluster.name, own, alternatives,
                tuple(taken_from(others, everything[number].resources)), knowledge,
                tuple(_unread(cluster, loaded.clusters, own)), cluster.is_asked,
            )
        )  # fmt: skip
    return found


def ask_clusters(
    seen: Sequence[ClusterView], make_mesh: MakeMesh, settings: Settings,
    load: Callable[[Sequence[Resource]], Sequence[Rule]],
    choose: Callable[[Iterable[Rule]], Sequence[Rule]],
) -> Iterator[WorldOutcomes]:  # fmt: skip
    """Run rules over the objects of each cluster, and those that compare clusters over all."""
    for view in (view for view in seen if view.is_asked):
        build = view.build(make_mesh)
        for name, about in (("", view.own), *view.alternatives.items()):
            rules = tuple(choose(load(about)))
            beside = view.own if name else ()
            mesh = build((*beside, *about, *view.taken))
            outcomes = run(rules, mesh, about=about)
            if not settings.alone:
                confirm(outcomes, mesh, build)
            for missing in view.unread:
                outcomes.not_checked.setdefault((EVERY_RULE, missing.reason))
            yield _counted(WorldOutcomes(name, about, outcomes, rules, view.name), settings)
    yield from _comparisons(seen, make_mesh, settings, load)


def _objects(
    cluster: LoadedCluster, loaded: Loaded, settings: Settings, objects_of: Objects
) -> tuple[tuple[Resource, ...], dict[str, tuple[Resource, ...]]]:
    """The objects of a cluster, and those of its alternatives; what is in all is in each."""
    files, live = cluster.files, cluster.live
    home = settings.default_namespace if live is None else settings.namespace
    own = objects_of((*loaded.documents, *files.documents), home)
    if live is not None:
        own = overlay(objects_of(live.documents, home), own)
    worlds = (*loaded.worlds, *files.worlds)
    return own, {world.name: objects_of(world.documents, home) for world in worlds}


def _knowledge(cluster: LoadedCluster, loaded: Loaded, settings: Settings) -> Knowledge:
    if cluster.live is not None:
        return NOTHING_LACKS
    documents = [*loaded.documents, *cluster.files.documents]
    gaps = tuple(dict.fromkeys((*loaded.gaps, *cluster.files.gaps)))
    return knowledge_of(loaded._replace(documents=documents, gaps=gaps), settings)


def _unread(
    cluster: LoadedCluster, clusters: Sequence[LoadedCluster], own: Sequence[Resource]
) -> Iterator[Unread]:
    """Walk what a cluster didn't show, and what the others didn't show of what it takes from them."""
    for loaded_cluster in clusters:
        for unread in loaded_cluster.live.unread if loaded_cluster.live is not None else ():
            if loaded_cluster is cluster or unread.kind in REGISTERED_KINDS:
                yield unread._replace(reason=f"{loaded_cluster.name}: {unread.reason}")
    for unread in unread_clusters(own, [loaded_cluster.name for loaded_cluster in clusters]):
        yield unread._replace(reason=f"{cluster.name}: {unread.reason}")


def _comparisons(
    seen: Sequence[ClusterView], make_mesh: MakeMesh, settings: Settings,
    load: Callable[[Sequence[Resource]], Sequence[Rule]],
) -> Iterator[WorldOutcomes]:  # fmt: skip
    everything = tuple(
        dict.fromkeys(resource for view in seen for resource in view.own if resource.cluster)
    )
    rules = tuple(comparing(load(everything), settings))
    if not rules:
        return
    outcomes = run(rules, make_mesh(everything, NOTHING_LACKS), about=everything)
    for view in (view for view in seen if view.is_asked):
        mine = [
            finding for finding in outcomes.findings if finding[1].ref.resource.cluster == view.name
        ]
        yield _counted(WorldOutcomes("", (), Outcomes(mine), rules, view.name), settings)


def _counted(world: WorldOutcomes, settings: Settings) -> WorldOutcomes:
    world.outcomes.findings = [
        finding for finding in world.outcomes.findings if counts(*finding, alone=settings.alone)
    ]
    return world
