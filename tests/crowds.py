"""The crowds of bench/, for tests that hold what grows with them."""

import importlib.util
from pathlib import Path
from types import ModuleType


def _load() -> ModuleType:
    place = Path(__file__).parents[1] / "bench" / "crowds.py"
    spec = importlib.util.spec_from_file_location("crowds", place)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


crowds = _load()
