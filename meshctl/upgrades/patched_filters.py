"""Reads what the patches of EnvoyFilters look for, and what they bring."""

from collections.abc import Iterable, Iterator

from meshctl.re2.patterns import PatternError, compiled
from meshctl.resources import ConfigPatch, EnvoyFilter, Ref, View
from meshctl.upgrades.questions import strings
from meshctl.upgrades.release import Release
from meshctl.upgrades.upgrade import Upgrade

_PATCH_RELEASES = 40
TYPE_PREFIX = "type.googleapis.com/"


def anchors(patch: ConfigPatch) -> Iterator[tuple[Ref, str]]:
    """Walk the names of the filters that a patch looks for."""
    found = patch.child("match", "listener", "filterChain", "filter")
    for view in (found, found.child("subFilter")):
        if view.text("name"):
            yield view.at("name"), view.text("name")


def value_of(patch: ConfigPatch) -> View:
    """What a patch brings."""
    return patch.child("patch", "value")


def types(patch: ConfigPatch) -> Iterator[tuple[Ref, str]]:
    """Walk the type URLs in what a patch brings, without their prefix."""
    for ref, text in strings(value_of(patch)):
        if ref.path[-1] in {"@type", "type_url", "typeUrl"}:
            yield ref, text.removeprefix(TYPE_PREFIX)


def holds(patch: ConfigPatch, words: Iterable[str]) -> Iterator[tuple[Ref, str]]:
    """Walk the words that a patch brings in a name or a type, each at its first place."""
    named = [
        (ref, text)
        for ref, text in strings(value_of(patch))
        if ref.path[-1] in {"name", "@type", "type_url", "typeUrl"}
    ]
    for word in words:
        for ref, text in named:
            if word in text.replace("ForwardDownstreamSni", "forward_downstream_sni").replace(
                "TcpClusterRewrite", "tcp_cluster_rewrite"
            ).replace("SniVerifier", "sni_verifier"):
                yield ref, word
                break


def keys(view: View) -> Iterator[tuple[Ref, str]]:
    """Walk the keys of all mappings below a view, each with its place."""
    pending: list[tuple[tuple[str | int, ...], object]] = [(view.path, view.data)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, dict):
            for key, child in node.items():
                if isinstance(key, str):
                    yield Ref(view.resource, (*path, key), key=True), key
                    pending.append(((*path, key), child))
        elif isinstance(node, list):
            pending += [((*path, index), child) for index, child in enumerate(node)]


def takes_proxies(pattern: str, release: Release) -> bool:
    """Does a ``proxyVersion`` take any proxy of a minor release? It may match any part."""
    try:
        wanted = compiled(pattern)
    except PatternError:
        return True
    releases = range(_PATCH_RELEASES) if release.patch is None else (release.patch,)
    return any(wanted.is_in(f"{release.branch}.{patch}") for patch in releases)


def patches(upgrade: Upgrade) -> Iterator[tuple[EnvoyFilter, ConfigPatch]]:
    """Walk all patches of all EnvoyFilters."""
    for envoy_filter in upgrade.mesh.of(EnvoyFilter):
        for patch in envoy_filter.patches:
            yield envoy_filter, patch
