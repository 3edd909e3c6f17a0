"""What is shown again and again?"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import TextIO

import pytest

from meshctl.cluster.api import ClusterError
from meshctl.output.watch import watch

State = int | Exception


def states(*given: State) -> Callable[[TextIO], int]:
    """Draw one state after the other; the exit code is the state."""
    left: Iterator[State] = iter(given)

    def draw(out: TextIO) -> int:
        state = next(left, None)
        if state is None:
            raise KeyboardInterrupt
        if isinstance(state, Exception):
            raise state
        out.write(f"state {state}\n")
        sys.stderr.write(f"note {state}\n")
        return state

    return draw


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


def test_every_state_stands_below_the_one_before(capsys, pauses: list[float]) -> None:
    assert 1 == watch(states(0, 1), 2.5)
    printed = capsys.readouterr()
    assert ("state 0\n\nstate 1\n\n", "note 0\nnote 1\n") == (printed.out, printed.err)
    assert [2.5, 2.5] == pauses


def test_a_terminal_is_a_live_view_that_leaves_its_last_state(
    capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert 1 == watch(states(0, 1), 2)
    shown = capsys.readouterr().out
    before, _, after = shown.rpartition("\x1b[?1049l")
    assert "\x1b[?1049h" in before
    assert "state 0" in before
    assert "state 1\n" == after.rpartition("h")[2]


def test_a_cluster_that_is_away_is_waited_for(capsys) -> None:
    assert 0 == watch(states(1, ClusterError("it is away"), 0), 2)
    assert "note 1\nmeshctl: it is away\nnote 0\n" == capsys.readouterr().err
    assert 2 == watch(states(1, ClusterError("it is away")), 2)


def test_a_cluster_that_was_never_there_is_not() -> None:
    with pytest.raises(ClusterError):
        watch(states(ClusterError("it is away"), 0), 2)
