"""What do all tests share? The goldens, which ``pytest --update`` writes anew."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long a test takes proves nothing. In CI the same examples are tried each time, so that a
# change is judged by itself; everywhere else they differ from run to run.
settings.register_profile("meshctl", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("meshctl")


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
