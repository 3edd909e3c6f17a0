"""Options that several commands share, and how flags become Settings."""

import sys
from glob import glob
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from meshctl.config.discover import discover
from meshctl.settings import Settings

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, directories or globs; - is standard input. Default: this directory.",
        show_default=False,
    ),
]
Names = list[str] | None
Output = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        help="text, json, yaml, sarif, github, gitlab, junit or markdown.",
    ),
]
OutputFiles = Annotated[
    Names,
    typer.Option(
        "-O",
        "--output-file",
        metavar="FORMAT=FILE",
        help="Write another format to a file; repeatable.",
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        help="Least severity for exit code 1: error, warning, info or never.",
        show_default="error",
    ),
]
Select = Annotated[
    Names, typer.Option(help="Run these rules alone: id, family, glob, IST or KIA code.")
]
Ignore = Annotated[Names, typer.Option(help="Leave these rules out.")]
Baseline = Annotated[
    str | None, typer.Option(metavar="FILE", help="Ignore the findings this file accepts.")
]
UpdateBaseline = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Write a baseline that accepts today's findings."),
]
Namespace = Annotated[
    str | None,
    typer.Option("-n", "--namespace", help="Namespace of objects that name none."),
]
MeshConfigFile = Annotated[
    str | None,
    typer.Option("--mesh-config", metavar="FILE", help="MeshConfig instead of the input's."),
]
Crds = Annotated[
    str | None,
    typer.Option("--crds", metavar="FILE|DIR", help="Your CRDs, instead of those of Istio 1.31."),
]
WholeMesh = Annotated[
    bool | None,
    typer.Option(
        "--whole-mesh/--part-of-mesh",
        help="The input is the whole mesh: what is missing is absent.",
        show_default=False,
    ),
]
InCluster = Annotated[
    bool, typer.Option("--cluster", help="Read the cluster too, with the files laid over it.")
]
ConfigFile = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="Config file instead of the nearest one."),
]


def settings_from(config: str | None, **flags: object) -> Settings:
    """Read the config file, then let every flag that was given win."""
    file = Path(config) if config is not None else discover(Path.cwd())
    settings = Settings()
    if file is not None:
        from meshctl.config.file import read_settings  # pydantic is slow to import

        settings = read_settings(file)
    given = {name: value for name, value in flags.items() if value is not None}
    return settings._replace(**given)  # type: ignore[arg-type]


def is_whole(flag: bool | None, cluster: bool) -> bool | None:
    """Is the input the whole mesh? A cluster is, unless a flag says that there are others."""
    return (cluster or None) if flag is None else flag


def schemas_from(crds: str | None) -> list[dict[str, Any]]:
    """Read the schemas of the user's own CRDs, none where no flag names them."""
    if crds is None:
        return []
    from meshctl.validation.crds import read_crds  # few need it

    return read_crds(crds)


def input_paths(paths: list[str] | None) -> tuple[list[str], BinaryIO | None]:
    """Name what to read; standard input only where it was asked for."""
    chosen = paths or ["."]
    return chosen, sys.stdin.buffer if "-" in chosen else None


def split_target(words: list[str] | None) -> tuple[str | None, list[str]]:
    """Part what a command is about from the paths: a first word that is no path names it."""
    first = next(iter(words or ()), None)
    if first is None or first == "-" or glob(first):  # noqa: PTH207 - a path or a pattern of paths
        return None, words or []
    return first, (words or [])[1:]


def split_targets(words: list[str] | None) -> tuple[str | None, str | None, list[str]]:
    """Part the two things a command is about from the paths; the second needs the first."""
    first, rest = split_target(words)
    if first is None:
        return None, None, rest
    return first, *split_target(rest)


def split_names(values: list[str] | None) -> tuple[str, ...] | None:
    """Read names given several times or separated by commas; ``None`` when there are none."""
    if not values:
        return None
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
