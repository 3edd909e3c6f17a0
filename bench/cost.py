"""What does a command cost? Seconds, seconds of CPU and peak memory of one run, its children's too."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import NamedTuple

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
"""As an installed program runs: compiled modules are kept, and output is written in blocks."""


class Cost(NamedTuple):
    """What one run took, and what it wrote to standard error."""

    seconds: float
    cpu: float
    megabytes: int
    told: str


def cost(*command: str, found: int = 1) -> Cost:
    """Run a command that gives 0, or ``found`` where it has findings; RuntimeError for all else."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=ENVIRONMENT
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        told = errors.read().decode()
    if process.returncode not in {0, found}:
        raise RuntimeError(f"{' '.join(command)} failed:\n{told}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, told)


def least(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """Take measures in turns; the least of each."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [min(column) for column in zip(*taken, strict=True)]
