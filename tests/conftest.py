"""What do all tests share? The goldens, which ``pytest --update`` writes anew."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long a test takes proves nothing. In CI the same examples are tried each time, so that a
# change is judged by itself; everywhere else they differ from run to run.
settings.register_profile("meshctl", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("meshctl")

# A shell starts what runs in the background deaf to interrupts, and programs inherit that; those that
# tests start and interrupt are to hear them wherever the tests run.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the goldens anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare text with a golden file, or write the file under ``--update``."""

    def compare(path: Path, actual: str) -> None:
        if request.config.getoption("--update"):
            path.write_text(actual, encoding="utf-8", newline="")
        with path.open(encoding="utf-8", newline="") as file:
            assert file.read() == actual

    return compare
