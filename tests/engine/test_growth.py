"""What an analysis does grows with the crowd that meets at one point, and not with its square.

Calls are counted, not seconds: they are the same in every run. A loop over all pairs without a call
escapes that; ``bench/growth.py`` prints times and memory of larger crowds.
"""

import math
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

import pytest

from meshctl.engine.analyze import analyze, load_mesh
from meshctl.inject.manifests import inject_files
from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inspect.size.answer import size as sizes_of
from meshctl.inspect.tls.answer import Question, ask
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.settings import Settings
from meshctl.sources.loader import load
from tests.crowds import crowds

SIZES = (40, 80, 160)
MOST = 1.2
STEEP = 1.85
"""Above it is what is done for each pair; what sorts, or asks once for each length of a name, stays below."""
PAIRS = SIZES[-1] ** 2 // 4
PACKAGE = f"{os.sep}meshctl{os.sep}"


class Counted(NamedTuple):
    """How often functions were called, and how much each did: its calls, and those of built-in ones in it."""

    calls: int
    by_code: Counter[CodeType]


def counted(run: Callable[[], object]) -> Counted:
    """Count the calls of Python functions while something runs."""
    called, built_in = Counter[CodeType](), Counter[CodeType]()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            called[frame.f_code] += 1
        elif event == "c_call":
            built_in[frame.f_code] += 1

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return Counted(called.total(), called + built_in)


def calls(run: Callable[[], object]) -> int:
    """Count the calls of Python functions while something runs."""
    return counted(run).calls


def exponent(counts: list[int]) -> float:
    """The exponent of what three sizes, each twice the one before, add."""
    first, second = counts[1] - counts[0], counts[2] - counts[1]
    return math.log2(max(second, 1) / max(first, 1))


def steep(counts: list[Counted]) -> dict[str, list[int]]:
    """Name functions of ours that do something for each pair of a crowd, which all the rest may hide."""
    found = {}
    for code, most in counts[-1].by_code.items():
        own = [each.by_code[code] for each in counts]
        is_ours = PACKAGE in code.co_filename
        if is_ours and own[0] and most >= PAIRS and exponent(own) > STEEP:
            found[f"{code.co_filename}:{code.co_firstlineno} {code.co_qualname}"] = own
    return found


@pytest.mark.parametrize("name", crowds.NAMES)
def test_analyses_grow_with_the_crowd(tmp_path: Path, name: str) -> None:
    file = tmp_path / "crowd.yaml"
    counts = []
    for size in (SIZES[0], *SIZES):  # once before, for what is imported and kept
        file.write_text(crowds.text(name, size))
        counts.append(counted(lambda: analyze([str(file)], Settings())))
    assert exponent([each.calls for each in counts[1:]]) <= MOST
    assert steep(counts[1:]) == {}


def test_worlds_and_their_findings_grow_with_the_alternatives(tmp_path: Path) -> None:
    file = tmp_path / "crowd.yaml"
    counts = []
    for size in (160, 160, 320, 640):  # of fewer the rest of an analysis hides it
        file.write_text(crowds.text("alternatives-of-one-object", size))
        counts.append(calls(lambda: analyze([str(file)], Settings())))
    assert exponent(counts[1:]) <= MOST


@pytest.mark.parametrize(
    "name",
    [
        "plain-services", "many-namespaces", "hidden-hosts", "sidecars-of-a-namespace",
        "hosts-of-a-sidecar", "exports-of-many", "rules-of-one-host-by-workload",
        "rules-of-one-host-in-namespaces", "service-entries-of-one-host-in-namespaces",
        "services-and-pods-of-one-label", "subsets-of-a-rule", "headless-services-of-the-same-pods",
    ],
)  # fmt: skip
def test_the_tls_of_all_clients_grows_with_the_crowd(tmp_path: Path, name: str) -> None:
    file = tmp_path / "crowd.yaml"
    counts = []
    for size in (SIZES[0], *SIZES):
        file.write_text(crowds.text(name, size))
        mesh = load_mesh(load([str(file)]), Settings())
        counts.append(
            calls(lambda mesh=mesh: ask(None, mesh, Question(None, None, "default"), Settings()))
        )
    assert exponent(counts[1:]) <= MOST


@pytest.mark.parametrize("name", ["sidecars-of-a-namespace", "many-namespaces"])
def test_rows_of_all_clients_are_walked_and_not_held(tmp_path: Path, name: str) -> None:
    file = tmp_path / "crowd.yaml"
    held = []
    for size in SIZES:
        file.write_text(crowds.text(name, size))
        mesh = load_mesh(load([str(file)]), Settings())
        rows = TlsCheck(mesh).found(TlsFilter())
        assert sum(1 for _ in rows) == size * size
        held.append(sum(len(group.rows) for group in rows.groups))
    assert exponent(held) <= MOST


@pytest.mark.parametrize(
    "name",
    [
        "plain-services",
        "many-namespaces",
        "namespaces-with-rules",
        "headless-services",
        "clients-by-labels",
        "exports-of-many",
        "rules-for-all-local-hosts",
        "service-entries-of-one-host-in-namespaces",
        "private-rules-in-namespaces",
        "private-services-in-namespaces",
        "private-entries-in-namespaces",
        "private-virtual-services-in-namespaces",
        "routes-by-source-namespace",
        "sidecars-that-import-all",
        "external-names",
        "monitors-of-one-label",
    ],
)
def test_the_sizes_of_all_proxies_grow_with_the_crowd(tmp_path: Path, name: str) -> None:
    file = tmp_path / "crowd.yaml"
    counts = []
    for size in (SIZES[0], *SIZES):
        file.write_text(crowds.text(name, size))
        mesh = load_mesh(load([str(file)]), Settings())
        counts.append(counted(lambda mesh=mesh: sizes_of(mesh)))
    assert exponent([each.calls for each in counts[1:]]) <= MOST
    assert steep(counts[1:]) == {}


def test_the_diff_of_injection_grows_with_the_crowd(tmp_path: Path) -> None:
    counts = []
    file = tmp_path / "crowd.yaml"
    for size in (SIZES[0], *SIZES):
        file.write_text(crowds.text("plain-services", size))
        counts.append(calls(lambda: _diff(str(file))))
    assert exponent(counts[1:]) <= MOST


def _diff(path: str) -> list[str]:
    [injected] = inject_files([path], read_given(Given()), "preserve")
    return list(injected.changes())
