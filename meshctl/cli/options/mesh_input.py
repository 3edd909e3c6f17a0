"""Reads a mesh from files, from a cluster, or from files over a cluster."""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from meshctl.cli.options.connect import FleetFlags, connect
from meshctl.cli.options.shared import Input
from meshctl.cluster.api import Access, ForbiddenError
from meshctl.engine.analyze import analyze, answer_on, check_settings, collector_off, load_mesh
from meshctl.engine.objects import unwrap
from meshctl.engine.report import LocatedFinding, Report
from meshctl.engine.shown import shows_nothing
from meshctl.engine.workspaces.kept_objects import KeptObjects
from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.output.progress import progress
from meshctl.output.stderr import complain
from meshctl.settings import Rendering, Settings
from meshctl.sources.loader import Loaded, Unread, load
from meshctl.timing import phase
from meshctl.validation.schemas import Schema
from meshctl.words import amount, shortened, visible

_NOTHING = Loaded(0, [], [])
_FEW = 2
_NAMED = 3
_MOST_TOLD = 10
"""Problems of texts that are told beside an answer."""
_MOST_JUDGED = 4_000


def read_mesh(chosen: Input, settings: Settings) -> Mesh:
    """Read a mesh, files over the cluster; complaints go to standard error."""
    files = read_files(chosen.paths, settings)
    live = read_live(chosen.access, settings, files, chosen.home) if chosen.is_live else None
    return _built(files, settings, live)


def read_meshes(chosen: Input, settings: Settings) -> tuple[Mesh | None, Mesh]:
    """Read a mesh as ``read_mesh`` does, and what files over a cluster start from."""
    if not (chosen.is_live and chosen.paths):
        return None, read_mesh(chosen, settings)
    files = read_files(chosen.paths, settings)
    live = read_live(chosen.access, settings, files, chosen.home)
    return load_mesh(_NOTHING, settings, live=live), _built(files, settings, live)


def read_judged(
    chosen: Input, settings: Settings, *, wanted: bool | None
) -> tuple[Mesh, tuple[LocatedFinding, ...] | None]:
    """Read a mesh as ``read_mesh`` does, with its findings where they are ``wanted``.

    Where nobody said it they are of a mesh that is small enough for an answer at once.
    """
    files = read_files(chosen.paths, settings)
    live = read_live(chosen.access, settings, files, chosen.home) if chosen.is_live else None
    documents = len(files.documents) + (len(live.documents) if live is not None else 0)
    if wanted is False or (wanted is None and documents > _MOST_JUDGED):
        with collector_off():
            return _built(files, settings, live), None
    check_settings(settings)
    with collector_off():
        whole = settings._replace(shown_namespaces=(), shown_labels="")
        report, mesh = answer_on(files, whole, KeptObjects(settings, ()), live)
    for text in shows_nothing(settings, mesh.resources):
        complain(f"note: {text}")
    return mesh, report.findings


def _built(files: Loaded, settings: Settings, live: Loaded | None) -> Mesh:
    """Build a mesh, and say which of the namespaces that are asked for has nothing in it."""
    mesh = load_mesh(files, settings, live=live)
    for text in shows_nothing(settings, mesh.resources):
        complain(f"note: {text}")
    return mesh


def read_files(paths: list[str], settings: Settings) -> Loaded:
    """Load files and complain of their text."""
    loaded = load_files(paths, settings.rendering)
    tell_problems(loaded)
    if paths and not (loaded.documents or loaded.worlds or loaded.problems or loaded.gaps):
        named = visible(shortened(paths))
        complain(
            f"note: {named} holds no Kubernetes object; name files or directories with manifests"
        )
    if loaded.worlds:
        several = shortened([world.name for world in loaded.worlds])
        complain(f"there are several ways to render {several}; name the one that is meant as PATH")
    return loaded


def tell_problems(loaded: Loaded) -> None:
    """Complain of texts; where one is lost, the command ends in 2, whatever it answers."""
    for problem in loaded.problems[:_MOST_TOLD]:
        complain(f"{problem.file}:{problem.span.line}: {problem.message}")
    if len(loaded.problems) > _MOST_TOLD:
        rest = len(loaded.problems) - _MOST_TOLD
        complain(f"and {rest} more of that kind; meshctl analyze lists them")
    if any(problem.loses_text for problem in loaded.problems):
        from meshctl.cli.failures import remember_loss

        remember_loss()


def load_files(paths: list[str], rendering: Rendering, *, with_others: bool = False) -> Loaded:
    """Load files, rendered where they must be; standard input only where it was asked for.

    ``with_others`` keeps what is no manifest, such as values of charts.
    """
    if not paths:
        return _NOTHING
    with phase("files"), progress() as on_progress:
        return load(
            paths, stdin=_stdin(paths), on_progress=on_progress, rendering=rendering,
            with_others=with_others,
        )  # fmt: skip


def load_asked(chosen: Input, settings: Settings) -> Loaded:
    """Load the files that are asked about, and the clusters that are told apart."""
    files = load_files(chosen.paths, settings.rendering)
    if not settings.clusters:
        return files
    from meshctl.sources.clusters import asked_clusters  # few meshes have several

    def load_these(paths: Sequence[str]) -> Loaded:
        return load_files([*paths], settings.rendering)

    def read_context(context: str) -> Loaded:
        return read_live(chosen.access._replace(context=context), settings, _NOTHING)

    wants_live = chosen.is_live or not chosen.paths
    return asked_clusters(
        files, chosen.paths, settings.clusters, load_these, read_context if wants_live else None
    )


def read_live(access: Access, settings: Settings, files: Loaded, home: str = "") -> Loaded:
    """Read the cluster that files are laid over; what it doesn't show goes to standard error."""
    from meshctl.cluster.snapshot import read_snapshot

    cluster = connect(access)
    _tell_namespace(files, settings.namespace, cluster.namespace)
    with phase("cluster"), collector_off(), progress("reading the cluster") as on_progress:
        live = read_snapshot(cluster, _tried(settings, home), on_progress)
    _tell_unread(live.unread)
    return live


def _tell_unread(unread: Sequence[Unread]) -> None:
    """Say which kinds were not read whole; of many in one line, with the reason of the first."""
    if len(unread) <= _FEW:
        for missing in unread:
            complain(f"not every {missing.kind} was read: {missing.reason}")
        return
    kinds = list(dict.fromkeys(missing.kind for missing in unread))
    named = ", ".join(kinds[:_NAMED])
    complain(
        f"not everything was read, of {len(kinds)} kinds ({named} and {len(kinds) - _NAMED} more); "
        f"{unread[0].kind}: {unread[0].reason}"
    )


def _tried(settings: Settings, home: str) -> str:
    """The namespace to read where a user may not read all: that of the question, if it has one."""
    if home:
        return home
    if len(settings.shown_namespaces) == 1:
        return settings.shown_namespaces[0]
    return settings.namespace if settings.namespace != Settings().namespace else ""


def _tell_namespace(files: Loaded, namespace: str, home: str) -> None:
    """Say where objects of files without a namespace go, if kubectl would put them elsewhere."""
    found = unwrap(files.documents, namespace)
    if home != namespace and any(
        resource.namespace and not resource.metadata.get("namespace") for resource in found
    ):
        complain(
            f"objects that name no namespace count as those of {namespace}, while the context "
            f"has {home}; --default-namespace says which one is meant"
        )


def with_proxy_configs(access: Access, home: str) -> Callable[[Sequence[str]], Mesh]:
    """Give what reads files with the ProxyConfigs of a cluster, which is asked once."""
    from meshctl.cluster.snapshot import read_proxy_configs

    live = read_proxy_configs(connect(access))
    _tell_unread(live.unread)
    settings = Settings(namespace=home) if home else Settings()
    return lambda files: load_mesh(load([*files]), settings, live=live)


def read_schemas(access: Access) -> list[Schema]:
    """Read the schemas that a cluster judges by; without any, those that ship judge."""
    from meshctl.cluster.crds import read_cluster_schemas

    cluster = connect(access)
    try:
        found = read_cluster_schemas(cluster)
        reason = f"the cluster {cluster.name} has no CRDs of Istio"
    except ForbiddenError as error:
        found, reason = [], f"the CRDs of the cluster {cluster.name} may not be read ({error})"
    if not found:
        complain(f"{reason}; objects are judged by those of Istio 1.31, which ship with meshctl")
    return found


def analyze_asked(
    chosen: Input, settings: Settings, schemas: Iterable[Schema], since: str | None, *, diff: bool,
    fleet: FleetFlags,
) -> tuple[Report, Mesh | None]:  # fmt: skip
    """Analyse all, what is new ``since`` a git revision, or the ``diff`` of files to a cluster.

    The mesh is there where the report is about all of it. A cluster that is watched is told of until
    somebody interrupts.
    """
    names = fleet.names(chosen.access, is_alone=chosen.is_live and not chosen.paths)
    if fleet.watch:
        _follow(chosen, settings)
    if names:
        return _analyze_fleet(names, chosen, settings, schemas), None
    if since is not None:
        return analyze_since(chosen, settings, schemas, since), None
    if diff:
        return analyze_difference(chosen, settings, schemas), None
    check_settings(settings)
    with collector_off():
        files = load_asked(chosen, settings)
        is_one = chosen.is_live and not files.clusters
        live = read_live(chosen.access, settings, files) if is_one else None
        return answer_on(files, settings, KeptObjects(settings, schemas), live)


def _analyze_fleet(
    names: list[str], chosen: Input, settings: Settings, schemas: Iterable[Schema]
) -> Report:
    """Analyse the clusters of several contexts."""
    from meshctl.gate.fleet import analyze_contexts

    own = list(schemas)

    def analyze_one(name: str) -> Report:
        access = chosen.access._replace(context=name)
        return analyze_cluster(chosen._replace(access=access), settings, own)

    return analyze_contexts(names, analyze_one)


def _follow(chosen: Input, settings: Settings) -> None:
    """Tell what appears in a cluster and what goes, until somebody interrupts."""
    from meshctl.gate.live.following import follow
    from meshctl.output.webhook.news import write_news

    for news in follow(connect(chosen.access), settings):
        write_news(news, sys.stdout)
        sys.stdout.flush()


def analyze_files(chosen: Input, settings: Settings, schemas: Iterable[Schema]) -> Report:
    """Analyse files alone."""
    paths = chosen.paths
    with progress() as on_progress:
        return analyze(
            paths, settings, stdin=_stdin(paths), on_progress=on_progress, schemas=schemas
        )


def analyze_cluster(chosen: Input, settings: Settings, schemas: Iterable[Schema]) -> Report:
    """Analyse a cluster with files over it."""
    from meshctl.engine.live import analyze_live

    files = load_files(chosen.paths, settings.rendering)
    return analyze_live(read_live(chosen.access, settings, files), files, settings, schemas)


def analyze_difference(chosen: Input, settings: Settings, schemas: Iterable[Schema]) -> Report:
    """Report what files would add to the findings of a cluster."""
    from meshctl.engine.live import compare_live

    if any(cluster.is_named for cluster in settings.clusters):
        raise UsageError("--diff compares files with one cluster; leave out --cluster-name")
    if not chosen.is_live or not chosen.paths:
        raise UsageError("--diff compares files with a cluster; add --cluster, and name the files")
    files = load_files(chosen.paths, settings.rendering)
    live = read_live(chosen.access, settings, files)
    report, removed = compare_live(live, files, settings, schemas)
    complain(f"the files would add {amount(len(report.findings), 'finding')} and remove {removed}")
    return report


def analyze_since(
    chosen: Input, settings: Settings, schemas: Iterable[Schema], revision: str
) -> Report:
    """Report what files add to the findings of a revision of their repository."""
    from meshctl.engine.live import compare_files
    from meshctl.sources.git_revision import earlier, ends_of, standing_in

    is_live = chosen.is_live or any(
        cluster.is_named and cluster.context for cluster in settings.clusters
    )
    if is_live or "-" in chosen.paths:
        raise UsageError("--since compares files of a git repository; name their paths alone")
    first, last = ends_of(revision)
    rendering, clusters = settings.rendering, settings.clusters
    with earlier(first, chosen.paths, rendering, clusters) as before, ExitStack() as stack:
        if last is not None:
            paths, moved = stack.enter_context(standing_in(last, chosen.paths))
            chosen = chosen._replace(paths=paths)
            config = settings.config_file
            settings = settings._replace(config_file=moved(config) if config else None)
        files = load_asked(chosen, settings)
        report, removed = compare_files(before, files, settings, schemas)
    added = amount(len(report.findings), "finding")
    complain(f"{added} new since {visible(revision)}, {removed} gone")
    return report


def _stdin(paths: list[str]) -> BinaryIO | None:
    return sys.stdin.buffer if "-" in paths else None
