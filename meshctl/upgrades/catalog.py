"""Lists the changes between releases; a release's own are imported when somebody asks for them."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from meshctl.upgrades.change import Change, Standing
from meshctl.upgrades.release import NEWEST, OLDEST


@cache
def changes_of(minor: int) -> tuple[Change, ...]:
    """The changes that a minor release brought, in the order of the table."""
    found: tuple[Change, ...] = import_module(f"meshctl.upgrades.changes.release_1_{minor}").CHANGES
    return found


def all_changes() -> Iterator[Change]:
    """Walk all changes, the oldest release first."""
    for minor in range(OLDEST, NEWEST + 1):
        yield from changes_of(minor)


def all_entries() -> Iterator[Change | Standing]:
    """Walk all changes, and the tests that every upgrade is put to."""
    from meshctl.upgrades.standing import STANDING  # noqa: PLC0415 - for names alone

    yield from all_changes()
    yield from STANDING
