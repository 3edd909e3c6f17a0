"""Lists the versions at work: of this program, of the istiods and of the proxies."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.sync import KnownProxies, Skew


@dataclass(frozen=True, slots=True)
class IstiodVersion:
    """One istiod; what it doesn't tell is null."""

    istiod: str
    revision: str | None
    version: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class ProxyVersion:
    """How many proxies run a version."""

    version: str | None
    proxies: int


@dataclass(frozen=True, slots=True)
class SkewedProxy:
    """A proxy of another minor version than its istiod."""

    proxy: str
    version: str
    istiod: str
    istiod_version: str


@dataclass(frozen=True, slots=True)
class Versions:
    """Everything that runs; without a cluster only the client is known."""

    client: str
    control_plane: tuple[IstiodVersion, ...] | None = None
    data_plane: tuple[ProxyVersion, ...] = ()
    skew: tuple[SkewedProxy, ...] = ()


def versions(
    client: str, answers: Iterable[IstiodAnswer] = (), known: KnownProxies | None = None
) -> Versions:
    """Collect the versions; without ``known`` the client's alone."""
    if known is None:
        return Versions(client)
    errors = {answer.istiod: answer.error for answer in known.silent}
    counts = Counter(proxy.version for proxy in known.proxies)
    return Versions(
        client,
        tuple(
            IstiodVersion(
                answer.istiod,
                answer.revision or None,
                answer.version or None,
                errors.get(answer.istiod),
            )
            for answer in answers
        ),
        tuple(ProxyVersion(version or None, count) for version, count in sorted(counts.items())),
        tuple(
            SkewedProxy(proxy.name, proxy.version, proxy.istiod, proxy.istiod_version)
            for proxy in known.proxies
            if proxy.skew is Skew.MINOR
        ),
    )
