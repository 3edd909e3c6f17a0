"""Indexes answer what a walk over everything would."""

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st
from tls_meshes import mesh, service

from meshctl.mesh.core.hosts import HostIndex, covers
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.namespaces import Namespaces
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex, selects
from meshctl.resources import Service, make_resource
from meshctl.sources.documents import Document

HOSTS = st.from_regex(r"(\*|(\*\.)?[ab](\.[ab]){0,3})", fullmatch=True)
LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)


@given(st.lists(HOSTS), st.lists(HOSTS), HOSTS)
def test_hosts_below_and_above_a_wildcard(hosts, later, wanted) -> None:
    index: HostIndex[str] = HostIndex()
    for host in hosts:
        index.add(host, host)
    list(index.covered_by("*"))
    for host in later:
        index.add(host, host)
    known = hosts + later
    assert sorted(h for h in known if covers(wanted, h)) == sorted(index.covered_by(wanted))
    above = [host for several in index.covering(wanted) for host in several]
    assert sorted(h for h in known if covers(h, wanted)) == sorted(above)
    assert sorted(above, key=lambda h: (h.startswith("*"), -len(h))) == above
    assert {h for h in known if covers(h, wanted) or covers(wanted, h)} == index.meeting(wanted)


@given(st.lists(LABELS), st.lists(LABELS), LABELS)
def test_selectors_that_pick_labels(selectors, later, labels) -> None:
    index: SelectorIndex[int] = SelectorIndex()
    known: list[dict[str, str]] = []
    for several in (selectors, later):
        for selector in several:
            index.add(selector, len(known))
            known.append(selector)
        expected = [number for number, chosen in enumerate(known) if selects(chosen, labels)]
        assert expected == list(index.find(labels))


def test_an_answer_is_made_once_for_each_shared_object() -> None:
    asked: list[tuple[list[int], int]] = []

    def total(shared: list[int], further: int) -> int:
        asked.append((shared, further))
        return sum(shared) + further

    cache = IdentityCache(total)
    one, equal = [1, 2], [1, 2]
    assert [cache.of(*each) for each in [(one, 1), (equal, 1), (one, 2), (one, 1)]] == [4, 4, 5, 4]
    assert asked == [(one, 1), (equal, 1), (one, 2)]


def test_no_other_object_gets_the_answer_of_one_that_is_gone() -> None:
    cache: IdentityCache[list[int], int] = IdentityCache(sum)
    assert [cache.of([number]) for number in range(100)] == list(range(100))


def test_an_answer_that_is_nothing_is_kept_too() -> None:
    asked: list[object] = []
    cache = IdentityCache(asked.append)
    shared = object()
    assert [cache.of(shared), cache.of(shared)] == [None, None]
    assert asked == [shared]


def test_objects_of_one_name_are_found_by_their_namespace() -> None:
    several = [service(f"{home}/web") for home in "abc"]
    made = mesh(*several, service("a/other"))
    assert several == made.named(Service, "web")
    assert several[1:2] == made.named_in(Service, "web", "b")
    assert made.named_in(Service, "web", "d") == []


@given(st.lists(st.text("ab-", min_size=1, max_size=3)), st.text("ab-*?", min_size=1, max_size=4))
def test_patterns_find_the_namespaces_that_they_match_one_by_one(names, pattern) -> None:
    written = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names
    ]
    several = [make_resource(Document("a", 1, "", data), data, (), "default") for data in written]
    namespaces = Namespaces(several, MeshConfig(), is_whole=True)
    is_pattern = "*" in pattern
    expected = any(
        fnmatchcase(name, pattern) if is_pattern else name == pattern for name in namespaces.known
    )
    assert expected == namespaces.matches_any(pattern)
