"""Declares the options that say what is read and what is shown, and makes Settings of them."""

from collections.abc import Callable, Sequence
from glob import glob
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cluster.api import Access
from meshctl.config.discover import discover
from meshctl.errors import UsageError
from meshctl.istio.kind_names import kind_named
from meshctl.settings import ClusterSource, Rendering, Settings
from meshctl.words import quoted

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, directories or globs; - is standard input. Default: this directory.",
        show_default=False,
    ),
]
Crds = Annotated[
    str | None,
    typer.Option("--crds", metavar="FILE|DIR", help="Your CRDs, instead of those of Istio 1.31."),
]
ClusterNames = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster-name",
        metavar="NAME=PATH",
        help="A cluster of the mesh and its files, or NAME=context:CONTEXT; repeatable.",
        show_default=False,
    ),
]
DefaultNamespace = Annotated[
    str | None,
    typer.Option(
        metavar="NS",
        help="Namespace of objects that name none.",
        autocompletion=complete.namespaces,
    ),
]
ConfigFile = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="Config file instead of the nearest one."),
]
_CONTEXT = "context:"


def output(*formats: str) -> Any:
    """Declare -o, which takes one of some formats."""
    told = f"{', '.join(formats[:-1])} or {formats[-1]}."
    return typer.Option("-o", "--output", help=told, autocompletion=complete.values(*formats))


def output_files(*formats: str) -> Any:
    """Declare -O, which takes a format and a file, any number of times."""
    return typer.Option(
        "-O", "--output-file", metavar="FORMAT=FILE",
        help="Write another format to a file; repeatable.",
        autocompletion=complete.values(*(f"{name}=" for name in formats)),
    )  # fmt: skip


Output = Annotated[str, output("text", "json")]


class SourceFlags(NamedTuple):
    """Where objects come from: files, a cluster, or files laid over a cluster."""

    filename: Annotated[
        list[str] | None,
        typer.Option("-f", "--filename", metavar="PATH", help="A PATH, as kubectl has it."),
    ] = None
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Read the cluster too, with the files laid over it.")
    ] = False
    default_namespace: DefaultNamespace = None
    config: ConfigFile = None

    render: Annotated[
        str | None,
        typer.Option(
            "--render",
            metavar="auto|never|require",
            help="Render charts and kustomizations below PATH.",
            show_default=False,
            autocompletion=complete.values("auto", "never", "require"),
        ),
    ] = None
    values: Annotated[
        list[str] | None,
        typer.Option("--values", metavar="FILE", help="Values of the chart at PATH; repeatable."),
    ] = None
    sets: Annotated[
        list[str] | None,
        typer.Option("--set-value", metavar="A.B=C", help="A value of the chart at PATH."),
    ] = None
    release: Annotated[
        str | None,
        typer.Option("--release", metavar="[NS/]NAME", help="Release of the chart at PATH."),
    ] = None

    def rendering(self, known: Rendering) -> Rendering:
        """How charts and kustomizations are rendered; flags win over what is ``known``."""
        if self.render not in {None, "auto", "never", "require"}:
            raise UsageError(
                f"there is no --render {quoted(str(self.render))}; take auto, never or require"
            )
        namespace, _, name = (self.release or "").rpartition("/")
        return known._replace(
            mode=self.render or known.mode,
            values=tuple(self.values or ()),
            sets=tuple(self.sets or ()),
            release=name,
            namespace=namespace,
        )


class MeshFlags(NamedTuple):
    """What else is known about the mesh."""

    mesh_config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="MeshConfig instead of the input's."),
    ] = None
    whole_mesh: Annotated[
        bool | None,
        typer.Option(
            "--whole-mesh/--part-of-mesh",
            help="The input is the whole mesh: what is missing is absent.",
            show_default=False,
        ),
    ] = None


class FilterFlags(NamedTuple):
    """Which part of the answer is shown; everything is read all the same."""

    namespace: Annotated[
        list[str] | None,
        typer.Option(
            "-n",
            "--namespace",
            metavar="NS",
            help="Show this namespace alone; repeatable.",
            autocompletion=complete.namespaces,
        ),
    ] = None
    all_namespaces: Annotated[
        bool, typer.Option("-A", "--all-namespaces", help="Show all namespaces, as without -n.")
    ] = False
    selector: Annotated[
        str,
        typer.Option(
            "-l",
            "--selector",
            metavar="LABELS",
            help="Show objects, or objects of pods, with these.",
        ),
    ] = ""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that are shown; none stands for all."""
        return () if self.all_namespaces else tuple(dict.fromkeys(self.namespace or ()))

    def home(self, default: str) -> str:
        """Where a name without a namespace is looked for: the one of -n, else the default."""
        return self.namespaces[0] if len(self.namespaces) == 1 else default


class Input(NamedTuple):
    """What is read: paths, and the cluster too when it is live."""

    paths: list[str]
    is_live: bool
    access: Access
    home: str = ""
    """The namespace of what is asked about, which is read where a user may not read all."""


def chosen_input(
    paths: list[str] | None, source: SourceFlags, cluster: ClusterFlags, target: str | None = None
) -> Input:
    """Decide what is read, by one rule for every command.

    The files at PATH; with --cluster the cluster, the files laid over it. Without both: the
    cluster if --context, --kubeconfig or --as name one, else this directory.
    """
    chosen = [*(paths or ()), *(source.filename or ())]
    is_live = source.cluster or (not chosen and cluster.names_one)
    return Input(
        chosen if chosen or is_live else ["."], is_live, cluster.access,
        namespace_in(target or ""),
    )  # fmt: skip


def chosen_clusters(
    paths: list[str] | None, source: SourceFlags, cluster: ClusterFlags, names: Sequence[str] | None
) -> tuple[Input, tuple[ClusterSource, ...] | None]:
    """Decide what is read, as ``chosen_input`` does; clusters that flags name are enough for it.

    The clusters are ``None`` where flags name none.
    """
    chosen = chosen_input(paths, source, cluster)
    if not names:
        return chosen, None
    if paths or source.filename:
        return chosen, cluster_sources(names)
    return chosen._replace(paths=[]), cluster_sources(names)


def cluster_sources(names: Sequence[str]) -> tuple[ClusterSource, ...]:
    """Read ``NAME=PATH`` and ``NAME=context:CONTEXT``; what one cluster is given adds up."""
    found: dict[str, ClusterSource] = {}
    for written in names:
        name, equals, value = written.partition("=")
        if not name or not equals or not value or value == _CONTEXT:
            raise UsageError(
                f"--cluster-name {quoted(written)} names no cluster and path; write NAME=PATH or "
                "NAME=context:CONTEXT"
            )
        known = found.get(name, ClusterSource(name, is_named=True))
        if value.startswith(_CONTEXT):
            found[name] = known._replace(context=value.removeprefix(_CONTEXT))
        else:
            found[name] = known._replace(paths=(*known.paths, value))
    return tuple(found.values())


def namespace_in(target: str) -> str:
    """Guess the namespace in ``NAME.NS``, ``KIND/NAME.NS``, ``NS/NAME`` or a host; may be empty."""
    first, slash, rest = target.partition("/")
    if slash and kind_named(first) is None:
        return first
    own = (rest if slash else target).removesuffix(".svc.cluster.local").removesuffix(".svc")
    return own.rpartition(".")[2] if "." in own else ""


def settings_from(
    source: SourceFlags, mesh: MeshFlags | None = None, shown: FilterFlags | None = None, *,
    is_live: bool = False, **flags: object,
) -> Settings:  # fmt: skip
    """Read the config file, then let every flag that was given win."""
    file = Path(source.config) if source.config is not None else discover(Path.cwd())
    settings = Settings()
    if file is not None:
        from meshctl.config.file import read_settings  # pydantic is slow to import

        settings = read_settings(file)
    known = mesh or MeshFlags()
    # A cluster is the whole mesh, unless a flag says that there are others.
    whole = (is_live or None) if known.whole_mesh is None else known.whole_mesh
    flags |= {
        "namespace": source.default_namespace,
        "rendering": source.rendering(settings.rendering),
        "default_namespace": source.default_namespace,
        "mesh_config": known.mesh_config,
        "whole_mesh": whole,
        "shown_namespaces": shown.namespaces if shown is not None else None,
        "shown_labels": shown.selector if shown is not None else None,
    }
    given = {name: value for name, value in flags.items() if value is not None}
    return settings._replace(**given)  # type: ignore[arg-type]


def schemas_from(crds: str | None) -> list[dict[str, Any]]:
    """Read the schemas of the user's own CRDs, none where no flag names them."""
    if crds is None:
        return []
    from meshctl.validation.crds import read_crds  # few need it

    return read_crds(crds)


def check_word(flag: str, word: str, known: Sequence[str]) -> None:
    """Refuse a word that a flag doesn't know, with UsageError."""
    if word not in known:
        raise UsageError(f"{flag} {quoted(word)} is not one of {', '.join(known)}")


def _is_path(word: str) -> bool:
    """Is a word a path or a pattern of paths, or written as one though nothing is there?"""
    if word == "-" or glob(word):  # noqa: PTH207 - the words of the command line
        return True
    return word.endswith((".yaml", ".yml", ".json", "/")) or word.startswith(("./", "../", "/"))


def split_target(words: list[str] | None) -> tuple[str | None, list[str]]:
    """Part what a command is about from the paths: a first word that is no path names it."""
    first = next(iter(words or ()), None)
    if first is None or _is_path(first):
        return None, words or []
    return first, (words or [])[1:]


def split_targets(words: list[str] | None) -> tuple[str | None, str | None, list[str]]:
    """Part the two things a command is about from the paths; the second needs the first."""
    first, rest = split_target(words)
    if first is None:
        return None, None, rest
    return first, *split_target(rest)


def split_object(words: list[str], is_kind: Callable[[str], bool]) -> tuple[str, str, list[str]]:
    """Part ``[KIND] NAME [PATH]...`` into its three; the kind is empty where none is written.

    Two words that are no paths are a kind and a name, whatever the kind is.
    """
    first, *rest = words
    if rest and "/" not in first and (is_kind(first) or not _is_path(rest[0])):
        return first, rest[0], rest[1:]
    kind, slash, name = first.partition("/")
    if slash and is_kind(kind):
        return kind, name, rest
    return "", first, rest
