"""Renders what directories hold, and says which results stand beside each other in one cluster.

A chart with one set of values, and a single kustomization, are part of the mesh. Several sets of
values, and several overlays, are alternatives: each is a world of its own beside everything else.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from meshctl.errors import InputError
from meshctl.settings import Rendering
from meshctl.sources.documents import Document, Problem
from meshctl.sources.files import Found
from meshctl.sources.placement import HELM_HINT, KUSTOMIZE_HINT
from meshctl.sources.rendering import discovery, empty_values, entry_points, programs
from meshctl.sources.rendering.charts import Helm, Rendered, files_of
from meshctl.sources.rendering.kustomize import Kustomize, files_below
from meshctl.sources.rendering.release import Release


class World(NamedTuple):
    """Documents that are applied together, and the name that tells them from the alternatives."""

    name: str
    documents: tuple[Document, ...]


class Renders(NamedTuple):
    """What was rendered.

    ``documents`` stand beside the manifests; ``worlds`` are alternatives. ``covered`` are the real
    paths of files that were inputs, ``closed`` the places that are no gaps any more. ``sources``
    are the texts of people, for comments in them. ``notes`` say what isn't known of it.
    """

    documents: tuple[Document, ...] = ()
    worlds: tuple[World, ...] = ()
    problems: tuple[Problem, ...] = ()
    covered: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    sources: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()


class Job(NamedTuple):
    """Something to render: its ``place``, the ``name`` of the result, and all it is made by.

    What it reads are the files that ``inputs`` lists, by their paths.
    """

    place: str
    name: str
    made_by: tuple[object, ...]
    inputs: Callable[[], Iterable[Path]]
    render: Callable[[], Rendered]


Render = Callable[[Job], Rendered]


def _run(job: Job) -> Rendered:
    return job.render()


def render_all(
    paths: Sequence[str], files: Found, documents: Sequence[Document], options: Rendering,
    render: Render | None = None,
) -> Renders:  # fmt: skip
    """Render the charts and kustomizations among ``files``; ``documents`` tell who installs them.

    ``render`` may know what a job gave before. Raises InputError where rendering is required and
    its program is missing.
    """
    directories = [path for path in paths if os.path.isdir(path)]  # noqa: PTH112
    found = discovery.find(files.charts, files.kustomizations)
    installed = entry_points.read(documents, _root(directories))
    releases = _releases(found.releases, installed.releases, directories, options)
    jobs = [*_chart_jobs(releases, options), *_overlay_jobs(found, installed, options)]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        results = list(pool.map(render or _run, jobs))
    made = _sort(jobs, results)
    rendered = {
        (job.place, job.name)
        for job, result in zip(jobs, results, strict=True)
        if not result.failed
    }
    closed = {
        title
        for title, several in installed.charts_of.items()
        if rendered.issuperset((release.shown, release.title) for release in several)
    }
    return made._replace(closed=made.closed | closed)


def _chart_jobs(releases: Sequence[Release], options: Rendering) -> Iterator[Job]:
    program = _program(options, "charts", HELM_HINT, "helm") if releases else None
    if program is not None:
        helm = Helm(program)
        for release in releases:
            made_by = (program, *release)
            inputs = partial(files_of, release)
            render = partial(helm.render, release)
            yield Job(release.shown, release.title, made_by, inputs, render)


def _overlay_jobs(
    found: discovery.Renderable, installed: entry_points.EntryPoints, options: Rendering
) -> Iterator[Job]:
    tops = found.kustomizations
    names = ("kustomize", "kubectl")
    program = _program(options, "kustomizations", KUSTOMIZE_HINT, *names) if tops else None
    if program is None:
        return
    kustomize = Kustomize(program)
    by_path = {os.path.realpath(each.path): each for each in installed.directories}
    for directory, shown in tops:
        entry = by_path.get(os.path.realpath(directory))
        namespace, substitutes = (entry.namespace, entry.substitutes) if entry else ("", {})
        render = partial(
            kustomize.render, directory, shown, namespace=namespace, substitutes=substitutes
        )
        made_by = (program, directory, namespace, *sorted(substitutes.items()))
        yield Job(shown, shown, made_by, partial(files_below, directory), render)


def _program(options: Rendering, what: str, hint: str, *names: str) -> str | None:
    program = programs.find(*names)
    if program is None and options.mode == "require":
        raise InputError(f"{what} cannot be rendered, as {names[0]} is not on PATH; {hint}")
    return program


def _releases(
    own: Sequence[Release], installed: Sequence[Release], directories: Sequence[str],
    options: Rendering,
) -> list[Release]:  # fmt: skip
    """What the config file lists, else what GitOps objects install, else what charts hold."""
    named = {os.path.realpath(path) for path in directories}
    listed = [
        Release(
            Path(chart_release.chart), chart_release.chart, chart_release.name or Path(chart_release.chart).name, chart_release.namespace,
            chart_release.values, chart_release.sets,
        )
        for chart_release in options.releases
    ]  # fmt: skip
    known = {os.path.realpath(release.chart) for release in (*listed, *installed)}
    rest = [release for release in own if os.path.realpath(release.chart) not in known]
    flagged = [_with_flags(release, named, options) for release in rest]
    return list(dict.fromkeys((*listed, *installed, *flagged)))


def _with_flags(release: Release, named: set[str], options: Rendering) -> Release:
    """Add what the command line says of a chart that it names."""
    if os.path.realpath(release.chart) not in named:
        return release
    given = options.values or options.sets
    return release._replace(
        name=options.release or release.name,
        namespace=options.namespace or release.namespace,
        values=options.values if given else release.values,
        sets=options.sets,
    )


def _root(directories: Sequence[str]) -> Path:
    """The top of the repository that the first directory is in, else that directory."""
    first = Path(directories[0]) if directories else Path()
    here = first.resolve()
    for directory in (here, *here.parents):
        if (directory / ".git").exists():
            return Path(os.path.relpath(directory))
    return first


def _sort(jobs: Sequence[Job], results: Sequence[Rendered]) -> Renders:
    done = [(job, result) for job, result in zip(jobs, results, strict=True) if not result.failed]
    counts: dict[str, int] = {}
    overlays = 0
    for job, result in done:
        counts[job.place] = counts.get(job.place, 0) + 1
        overlays += result.is_overlay
    merged: list[Document] = []
    worlds: list[World] = []
    for job, result in done:
        is_alternative = counts[job.place] > 1 or (result.is_overlay and overlays > 1)
        if is_alternative:
            worlds.append(World(job.name, tuple(result.documents)))
        else:
            merged += result.documents
    sources = {
        (source.file, source.first_line): source for _, result in done for source in result.sources
    }
    return Renders(
        tuple(merged), tuple(worlds),
        tuple(dict.fromkeys(problem for result in results for problem in result.problems)),
        frozenset(path for _, result in done for path in result.inputs),
        frozenset(job.place for job, _ in done),
        tuple(sources.values()),
        empty_values.notes({job.name: result.left_empty for job, result in done if result.left_empty}),
    )  # fmt: skip
