"""A short run of the mutation runner: the same inputs each time, so that a change is judged."""

import signal
import sys
import time
from pathlib import Path
from subprocess import run

import mutate
from mutate import every_command, sessions, side_inputs

from meshctl.cli.command_table import COMMANDS
from meshctl.cli.commands import generate
from tests.apart import APART

WITHOUT_INPUT = every_command.WITHOUT_FILES | {"dashboard"}
RUNS, SEED = 150, 7


def test_mutated_inputs_break_no_command() -> None:
    script = Path(__file__).with_name("mutate.py")
    done = run(
        [*APART, sys.executable, str(script), str(RUNS), str(SEED)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr


def test_every_command_gets_some() -> None:
    known = {*every_command.RECIPES, *sessions.SESSIONS, *(line[0] for line in side_inputs.lines())}
    assert set(COMMANDS) - WITHOUT_INPUT <= known
    made = {line[1] for line in side_inputs.lines() if line[0] == "generate"}
    assert set(generate.COMMANDS) == made


def test_time_that_others_take_is_no_hang() -> None:
    """What a machine takes for others is no time of the command; what it computes is."""
    told: list[int] = []
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, lambda received, _: told.append(received))
    try:
        mutate.watch(0.2)
        time.sleep(0.5)
        assert told == []
        started = mutate.cpu()
        while not told and mutate.cpu() - started < 5:
            pass
        assert told == [signal.SIGPROF]
    finally:
        mutate.watch(0)
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
