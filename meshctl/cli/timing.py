"""Measures the stages of a command and tells them on standard error with ``--debug``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import typer


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Take the time of one part of the work."""
    started = perf_counter()
    yield
    if os.environ.get("MESHCTL_DEBUG"):
        typer.echo(f"{name}: {perf_counter() - started:.2f} s", err=True)
