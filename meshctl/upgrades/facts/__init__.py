"""Reads the tables of facts: variables, values, compatibility profiles, what releases run with.

Made from the sources of Istio 1.19 to 1.31 and of the branch that becomes 1.32: every
``env.Register`` call, ``values.yaml`` and ``files/profile-compatibility-version-*.yaml`` of the
charts, ``MinK8SVersion`` (istioctl/pkg/install/k8sversion), go.mod.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.upgrades.release import Release, read_release

_HERE = Path(__file__).parent


class Variable(NamedTuple):
    """A variable of istiod, the agent, the CNI or istioctl (``component``), with its life.

    ``since`` is ``None`` for one that 1.19 had already; ``gone`` is the first minor release
    without it. ``changed`` are new defaults with the releases that brought them.
    """

    name: str
    component: str
    since: Release | None
    gone: Release | None
    default: str
    changed: tuple[tuple[Release, str], ...]

    def default_in(self, release: Release) -> str:
        """The default in a release, as Go code writes it."""
        found = self.default
        for since, value in self.changed:
            if since.minor <= release.minor:
                found = value
        return found


class Platform(NamedTuple):
    """What a release of Istio runs with; empty texts where nobody has said it yet."""

    oldest_kubernetes: str
    newest_kubernetes: str
    least_kubernetes: str
    """``istioctl x precheck`` refuses what is older."""
    gateway_api: str
    """The version of the Gateway API that it is built with."""
    envoy: str


@cache
def variables() -> dict[str, Variable]:
    """All variables by name."""
    return {name: _variable(name, row) for name, row in _read("variables").items()}


def _variable(name: str, row: dict[str, Any]) -> Variable:
    changed = tuple((_release(since), value) for since, value in row.get("changed", ()))
    since, gone = row.get("since"), row.get("gone")
    return Variable(
        name, row["in"], _release(since) if since else None, _release(gone) if gone else None,
        row["default"], changed,
    )  # fmt: skip


@cache
def chart_values() -> dict[str, dict[str, Release]]:
    """Values by chart and path that later charts don't know, with the first such release."""
    return {
        chart: {path: _release(gone) for path, gone in rows.items()}
        for chart, rows in _read("chart_values").items()
    }


@cache
def profiles() -> dict[str, dict[str, dict[str, str]]]:
    """By release and ``compatibilityVersion``, the values that this profile sets."""
    found: dict[str, dict[str, dict[str, str]]] = _read("profiles")
    return found


def profile(release: Release, version: str) -> dict[str, str]:
    """What a ``compatibilityVersion`` sets in a release: variables and values by their last name."""
    return profiles().get(release.branch, {}).get(version, {})


@cache
def platform(release: Release) -> Platform | None:
    """What a minor release runs with; ``None`` where it isn't known."""
    row = _read("releases").get(release.branch)
    if row is None:
        return None
    oldest, newest = row["kubernetes"]
    return Platform(oldest, newest, row["least"], row["gateway_api"], row["envoy"])


@cache
def _read(name: str) -> Any:
    return json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))


def _release(text: str) -> Release:
    found = read_release(text)
    assert found is not None, text  # noqa: S101 - the tables are ours
    return found
