"""Finds files that ship with meshctl, in a checkout and in an installed package."""

from pathlib import Path

import meshctl

_PACKAGE = Path(meshctl.__file__).parent


def shipped(name: str, in_checkout: str) -> Path:
    """Find what a package has by one name, and a checkout by another; it may be absent."""
    packaged = _PACKAGE / name
    return packaged if packaged.exists() else _PACKAGE.parent / in_checkout
