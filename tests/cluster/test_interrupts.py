"""Does a signal end every live command at once, with its code and all that it started?"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import ApiServer
from hostile_server import HostileServer, for_ever, head, whole

from meshctl.cluster.in_threads import in_threads

KNOWN = {"/apis": whole(b'{"groups": []}'), "/version": whole(b'{"gitVersion": "v1.34.0"}')}
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Below nohup our children would ignore a signal as we do."""
    kept = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, kept)


@contextlib.contextmanager
def started(*words: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "meshctl", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize(
    "words", [("analyze", "--cluster"), ("analyze", "--cluster", "--watch"), ("proxy-status",)],
    ids=" ".join,
)  # fmt: skip
def test_a_signal_ends_a_command_that_waits(
    words: tuple[str, ...], number: signal.Signals, tmp_path: Path
) -> None:
    asked = threading.Event()

    def slow(path: str) -> Iterator[bytes]:
        if path in KNOWN:
            yield KNOWN[path]
            return
        asked.set()
        yield head("Content-Length: 999999")
        yield from for_ever(b" ", 0.05)

    with HostileServer(slow) as server:
        config = server.kubeconfig(tmp_path)
        with started(*words, "--timeout", "600", "--kubeconfig", config) as process:
            assert asked.wait(60)
            time.sleep(0.2)
            process.send_signal(number)
            written = process.communicate(timeout=60)  # much less than what an answer may take
    assert (SIGNALS[number], ("", "")) == (process.returncode, written)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_plugin_ends_with_us(api_server: ApiServer, number: signal.Signals) -> None:
    child = api_server.directory / "child"
    plugin = api_server.directory / "plugin"
    plugin.write_text(
        f"#!/bin/sh\nsleep 61.5 & echo $! > {child}.new; mv {child}.new {child}; wait\n"
    )
    plugin.chmod(0o755)
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin"}}
    config = api_server.write_kubeconfig(user=user)
    with started("version", "--timeout", "600", "--kubeconfig", config) as process:
        while not child.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert SIGNALS[number] == process.returncode
    state = Path("/proc", child.read_text().strip(), "stat")
    for _ in range(200):
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.01)
    raise AssertionError(state.read_text())


# Threads


def test_answers_come_in_the_order_of_the_items() -> None:
    assert [n * 2 for n in range(50)] == list(in_threads(lambda n: n * 2, range(50), 7))
    assert [] == list(in_threads(lambda n: n, [], 7))


def test_no_more_run_at_once_than_are_wanted() -> None:
    running: list[int] = []
    most: list[int] = []

    def call(number: int) -> None:
        running.append(number)
        most.append(len(running))
        time.sleep(0.001)
        running.remove(number)

    list(in_threads(call, range(40), 3))
    assert max(most) <= 3


def test_a_failure_ends_it_without_waiting_for_the_others() -> None:
    called: list[int] = []
    go_on = threading.Event()

    def call(number: int) -> None:
        called.append(number)
        if number == 0:
            raise LookupError
        go_on.wait(60)

    answers = in_threads(call, range(40), 3)
    with contextlib.suppress(LookupError):
        next(answers)
    assert not go_on.is_set()  # two of them wait still
    go_on.set()
    time.sleep(0.1)
    assert len(called) < 40
