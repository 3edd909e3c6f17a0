"""The face of a package: its public names, each imported from its module when first asked for.

A package that imported all of its modules at once would cost each command the time of modules that
it never asks (PEP 562).
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from meshctl.words import quoted


def lazy_face(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package of a table: each public name with its module."""

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {quoted(package)} has no attribute {quoted(name)}")
        value = getattr(import_module(f"{package}.{homes[name]}"), name)
        vars(sys.modules[package])[name] = value  # the next one who asks finds it there
        return value

    return find
