"""Which kinds and versions does Istio serve, and what replaced the removed ones?"""

from difflib import get_close_matches

from meshctl.resources.kinds import REMOVED_GROUPS, SERVED_VERSIONS

_GROUPS = frozenset(group for group, _ in SERVED_VERSIONS)
_KINDS = sorted({kind for _, kind in SERVED_VERSIONS})


def is_istio_group(group: str) -> bool:
    """Is it one of the API groups that Istio 1.31 or an older Istio defines?"""
    return group in _GROUPS or group in REMOVED_GROUPS


def served_versions(group: str, kind: str) -> tuple[str, ...]:
    """The versions of a kind, newest first; empty for a kind that Istio doesn't have."""
    return SERVED_VERSIONS.get((group, kind), ())


def replacement(group: str, kind: str) -> str:
    """What replaced a removed kind; empty for kinds that were not removed."""
    return REMOVED_GROUPS.get(group, "") if kind else ""


def home_group(kind: str) -> str:
    """The group that a kind belongs to, empty for a kind that Istio doesn't have."""
    return next((group for group, known in SERVED_VERSIONS if known == kind), "")


def closest_kind(kind: str) -> str:
    """The kind that a misspelt one probably means, empty when none is close."""
    return next(iter(get_close_matches(kind, _KINDS, n=1, cutoff=0.7)), "")
