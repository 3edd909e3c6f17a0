"""Compares the injection of some settings with what a running istiod does."""

from collections.abc import Sequence
from dataclasses import dataclass

from meshctl.inject.manifests import inject_files
from meshctl.inject.settings.injector_config import InjectionSettings


@dataclass(frozen=True, slots=True)
class FileDifference:
    """How istiod injects one file otherwise: the lines of a unified diff, none if it doesn't."""

    file: str
    lines: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Does istiod inject the file otherwise?"""
        return bool(self.lines)


def differences(
    files: Sequence[str], ours: InjectionSettings, istiod: InjectionSettings, style: str
) -> list[FileDifference]:
    """Inject files by settings and by istiod, and compare."""
    expected, found = (inject_files(files, settings, style) for settings in (ours, istiod))
    return [
        FileDifference(one.name, tuple(one._replace(before=one.after, after=other.after).changes()))
        for one, other in zip(expected, found, strict=True)
    ]
