"""Reads versions of Istio, and walks the minor releases between two of them."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

OLDEST, NEWEST = 20, 32
"""The first and the last minor release whose changes are known; 1.32 as far as it was written."""
LAST_RELEASED = 31
_FIRST_START = 19
_STRICT = lazy_pattern(r"v?1\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+.][\w.+-]*)?")
_PRERELEASE = lazy_pattern(r"v?1\.\d+(?:\.\d+)?-(?:alpha|beta|rc|dev)\b.*")
_ANYWHERE = lazy_pattern(r"(?<![\d.])1[.-](\d{2,3})(?:[.-](\d{1,4}))?(?![\d])")


class Release(NamedTuple):
    """A version of Istio 1; ``patch`` is ``None`` where only the minor release is known."""

    minor: int
    patch: int | None = None

    @property
    def name(self) -> str:
        """``1.27`` or ``1.27.3``."""
        return self.branch if self.patch is None else f"{self.branch}.{self.patch}"

    @property
    def branch(self) -> str:
        """``1.27``, whatever the patch."""
        return f"1.{self.minor}"

    @property
    def order(self) -> tuple[int, int]:
        """Sorts releases; one without a patch comes first of its branch."""
        return self.minor, -1 if self.patch is None else self.patch


def read_release(text: str) -> Release | None:
    """Find the version in an image's tag, a chart's version or a revision such as ``1-27-3``.

    A digest after ``@`` says nothing; ``None`` where there is no version.
    """
    found = _ANYWHERE.search(text.partition("@")[0])
    if found is None:
        return None
    is_prerelease = _PRERELEASE.fullmatch(text[found.start() :].partition("@")[0])
    patch = found[2] if not is_prerelease else None
    return Release(int(found[1]), int(patch) if patch is not None else None)


def parse_release(flag: str, text: str) -> Release:
    """Read ``1.31``, ``v1.31.2`` or ``1.31-alpha.0`` of a flag.

    A version before its release counts as the release. Raises UsageError for what is none, and for
    a release whose changes aren't known.
    """
    found = _STRICT.fullmatch(text.strip())
    oldest = OLDEST if flag == "--to" else 0
    if found is None or not oldest <= int(found[1]) <= NEWEST:
        raise UsageError(
            f"{flag} {quoted(text)} is no release whose changes are known; give 1.{OLDEST} to "
            f"1.{LAST_RELEASED}, with or without a patch"
        )
    patch = None if _PRERELEASE.fullmatch(text.strip()) else found[2]
    return Release(int(found[1]), int(patch) if patch is not None else None)


def check_order(start: Release, target: Release) -> None:
    """Refuse a way back, with UsageError."""
    if start.minor > target.minor or (
        start.minor == target.minor
        and start.patch is not None
        and target.patch is not None
        and start.patch > target.patch
    ):
        raise UsageError(
            f"{start.name} is newer than {target.name}: this plans upgrades alone; --from names "
            "the version that runs, --to the one that is wanted"
        )


def steps(start: Release, target: Release) -> Iterator[tuple[Release, Release]]:
    """Walk the way from one release to another, one minor release at a time."""
    if start.minor == target.minor:
        yield start, target
    for minor in range(start.minor, target.minor):
        is_last = minor + 1 == target.minor
        first = start if minor == start.minor else Release(minor)
        yield first, target if is_last else Release(minor + 1)


def is_known(start: Release) -> bool:
    """Are all changes after this release in the tables?"""
    return start.minor >= _FIRST_START
