"""The crowds of bench/, for tests that hold what grows with them."""

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

_BENCH = Path(__file__).parents[1] / "bench"


def _load() -> ModuleType:
    sys.path.append(str(_BENCH))  # where the program finds its parts
    spec = importlib.util.spec_from_file_location("crowds", _BENCH / "crowds.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


crowds = _load()
things = import_module("crowded.objects")
"""What they are made of."""
