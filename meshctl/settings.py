"""Settings: defaults, then the file, then the environment, then the flags."""

from datetime import date
from typing import NamedTuple


class IgnoreEntry(NamedTuple):
    """One ``ignore`` entry of the config file; an empty tuple does not narrow.

    ``rules`` are ids, families, globs or codes; ``paths`` gitignore patterns.
    """

    rules: tuple[str, ...]
    paths: tuple[str, ...]
    namespaces: tuple[str, ...]
    reason: str
    expires: date | None = None


class Team(NamedTuple):
    """What one team writes, and what it may touch; ``None`` for hosts or gateways is anything.

    ``namespaces`` and ``gateways`` are globs (a gateway is ``namespace/name``), ``hosts`` Istio's
    hosts and wildcards, ``directories`` absolute paths.
    """

    name: str
    namespaces: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    hosts: tuple[str, ...] | None = None
    gateways: tuple[str, ...] | None = None


class Ownership(NamedTuple):
    """Which namespaces (globs) are the platform's, and which teams there are."""

    platform: tuple[str, ...] = ()
    teams: tuple[Team, ...] = ()


class InjectionByHand(NamedTuple):
    """How ``kube-inject`` would inject every workload that doesn't opt out.

    ``templates`` are the names that its config knows, empty when it isn't told.
    """

    native: bool = False
    has_cni: bool = False
    rewrites_probes: bool = True
    templates: frozenset[str] = frozenset()


class ChartRelease(NamedTuple):
    """A release that the config file lists: a chart with its values; paths are absolute."""

    chart: str
    name: str = ""
    namespace: str = ""
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


class Rendering(NamedTuple):
    """How charts and kustomizations are rendered: ``auto``, ``never`` or ``require``.

    ``values``, ``sets``, ``release`` and ``namespace`` are for charts named on the command line.
    """

    mode: str = "auto"
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    release: str = ""
    namespace: str = ""
    releases: tuple[ChartRelease, ...] = ()


class ClusterSource(NamedTuple):
    """A cluster of the mesh: the files that are applied in it, and a context of the kubeconfig.

    One that ``is_named`` by a flag is asked about, whatever the paths of the command are.
    """

    name: str
    paths: tuple[str, ...] = ()
    context: str = ""
    is_named: bool = False


class Settings(NamedTuple):
    """Everything that decides what an analysis does."""

    namespace: str = "default"
    """Where names without a namespace are looked for."""
    default_namespace: str = ""
    """The namespace of objects that name none; empty where nobody said it."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    whole_mesh: bool = False
    mesh_config: str | None = None
    baseline: str | None = None
    ignores: tuple[IgnoreEntry, ...] = ()
    ownership: Ownership = Ownership()
    alone: bool = False
    """Judge each object as an API server does, which no rule with the whole mesh in view follows."""
    injection: InjectionByHand | None = None
    """Ask only about the hazards of injecting these files by ``kube-inject``."""
    shown_namespaces: tuple[str, ...] = ()
    """The namespaces that answers are about; none stands for all. Everything is read all the same."""
    shown_labels: str = ""
    """A label selector that the objects of answers meet, as ``kubectl -l`` reads it."""
    skip_unreadable: bool = False
    """Go on without files below a named directory that cannot be read."""
    root: str = ""
    """The top of the repository, which code hosts name files from; empty where nobody said it."""
    rendering: Rendering = Rendering()
    clusters: tuple[ClusterSource, ...] = ()
    """The clusters of a mesh of several; none where the whole input is one cluster."""
    docs_url: str = ""
    """Where the pages of the rules are, for links in reports; empty for none."""
    config_file: str | None = None
    """The file the settings were read from; its directory anchors ``paths``."""
