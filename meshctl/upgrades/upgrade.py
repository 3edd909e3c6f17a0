"""The way from one release to another for one mesh: what the tests of changes ask."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.istio.annotation_names import BUNDLE_VERSION
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource
from meshctl.resources.cached_property import cached_property
from meshctl.upgrades.change import Change, Pin
from meshctl.upgrades.chart_values import Setting
from meshctl.upgrades.facts import profile, profiles, variables
from meshctl.upgrades.installation import Installation
from meshctl.upgrades.release import Release
from meshctl.words import whole_number


class Cluster(NamedTuple):
    """What a live cluster says beside its objects: the version of its API server, or nothing."""

    kubernetes: str = ""


class Pinned(NamedTuple):
    """What keeps the behaviour of before a change, where that is set, and until when it works.

    ``until`` is ``None`` where no end is known.
    """

    text: str
    setting: Setting
    until: Release | None


class Upgrade:
    """A mesh, its installation, and the releases that it goes from and to."""

    def __init__(
        self, mesh: Mesh, start: Release, target: Release, *,
        files: Sequence[Resource] = (), cluster: Cluster | None = None,
    ) -> None:  # fmt: skip
        self.mesh = mesh
        self.start = start
        self.target = target
        self.cluster = cluster or Cluster()
        self.is_live = cluster is not None
        self.installation = Installation(mesh.resources, files)

    def of_kind(self, *kinds: str) -> Sequence[Resource]:
        """The objects of these kinds, whatever their view and group, in input order."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], ())
        return [resource for kind in kinds for resource in self._by_kind.get(kind, ())]

    @cached_property
    def _by_kind(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.mesh.resources:
            found.setdefault(resource.kind, []).append(resource)
        return found

    @cached_property
    def bundles(self) -> dict[str, tuple[str, Ref]]:
        """The version of the Gateway API by the name of its CRD, with the place that says it."""
        found: dict[str, tuple[str, Ref]] = {}
        for crd in self.of_kind("CustomResourceDefinition"):
            version = crd.annotations.get(BUNDLE_VERSION)
            if version:
                ref = Ref(crd, ("metadata", "annotations", BUNDLE_VERSION))
                found[crd.name] = version, ref
        return found

    @cached_property
    def kubelets(self) -> dict[str, tuple[int, int]]:
        """The Kubernetes versions of the nodes, as far as they are shown."""
        found = {}
        for node in self.of_kind("Node"):
            version = kubernetes_version(node.child("status", "nodeInfo").text("kubeletVersion"))
            if version is not None:
                found[node.name] = version
        return found

    # --- what is pinned -----------------------------------------------------------------------

    def pinned(self, change: Change, release: Release) -> Pinned | None:
        """What keeps the behaviour of before in a release, ``None`` where nothing does."""
        for pin in change.pins:
            found = self._pinned(pin, release)
            if found is not None:
                return found
        return None

    def _pinned(self, pin: Pin, release: Release) -> Pinned | None:
        gone = self._end(pin.name)
        if gone is not None and gone.minor <= release.minor:
            return None
        for setting in self._settings(pin):
            if _matches(setting.text, pin.value):
                return Pinned(pin.text, setting, gone)
        compatibility = self.installation.compatibility
        if compatibility is not None:
            version = compatibility.text
            for name, value in profile(release, version).items():
                if _named(name, pin.name) and value == pin.value:
                    until = _last_offer(version, name, release)
                    text = f"compatibilityVersion={version}"
                    return Pinned(text, compatibility, until)
        return None

    def _settings(self, pin: Pin) -> Iterable[Setting]:
        if pin.name.isupper():
            return self.installation.variable(pin.name)
        return (setting for _, setting in self.installation.value(pin.name))

    def _end(self, name: str) -> Release | None:
        known = variables().get(name)
        return known.gone if known is not None else None

    def changes_now(self, change: Change) -> tuple[bool, Pinned | None]:
        """Does a change come on this way, and what puts it off?

        A change of an earlier release comes too, where what put it off stops working. Where it
        doesn't come, what puts it off all the way is given.
        """
        if change.lies_between(self.start, self.target):
            return True, self.pinned(change, self.target)
        if not change.is_in(self.start) or not change.pins:
            return False, None
        before = self.pinned(change, self.start)
        lost = before is not None and self.pinned(change, self.target) is None
        return lost, None

    def pin_that_ends(self, change: Change) -> Pinned | None:
        """What put off a change of an earlier release, and stops working on this way."""
        if change.lies_between(self.start, self.target):
            before = self.pinned(change, change.release)
            return before if self.pinned(change, self.target) is None else None
        return self.pinned(change, self.start)


def kubernetes_version(text: str) -> tuple[int, int] | None:
    """Read ``v1.31.4-eks`` as major and minor version."""
    major, _, rest = text.lstrip("v").partition(".")
    numbers = whole_number(major), whole_number("".join(_digits(rest)))
    return None if numbers[0] is None or numbers[1] is None else (numbers[0], numbers[1])


def _digits(text: str) -> Iterator[str]:
    for letter in text:
        if not letter.isdecimal():
            return
        yield letter


def _matches(text: str, wanted: str) -> bool:
    return text.strip().lower() == wanted.lower()


def _named(path: str, name: str) -> bool:
    """Is a value of a profile the variable, or the value of a chart, of a pin?"""
    return path == name or path.endswith(f".{name}") or f"cni.{path}" == name


def _last_offer(version: str, name: str, release: Release) -> Release | None:
    """The first later release whose profile of a version doesn't set a value any more."""
    for branch, offers in profiles().items():
        minor = int(branch.partition(".")[2])
        if minor > release.minor and name not in offers.get(version, {}):
            return Release(minor)
    return None
