"""Picks the proxies of a question, orders them, and tells which are in trouble."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from meshctl.errors import UsageError
from meshctl.inspect.proxies.sync import ProxySync, Skew, Status
from meshctl.words import quoted, whole_number

_NEVER = "never"
_LATEST = datetime.max.replace(tzinfo=UTC)
_SUGGESTED = 5

_TROUBLES: dict[str, Callable[[ProxySync], bool]] = {
    "stale": lambda proxy: proxy.worst in {Status.ERROR, Status.STALE},
    "not-sent": lambda proxy: bool(proxy.having(Status.NOT_SENT)),
    "skew": lambda proxy: proxy.skew is Skew.MINOR,
}
_ORDERS: dict[str, Callable[[ProxySync], Any]] = {
    "name": lambda proxy: proxy.name,
    "status": lambda proxy: list(Status).index(proxy.worst),
    "age": lambda proxy: proxy.oldest(proxy.worst) or _LATEST,
    "version": lambda proxy: [(part.isdigit(), whole_number(part) or 0, part)
                            for part in proxy.version.split(".")],
    "istiod": lambda proxy: proxy.istiod,
}  # fmt: skip
SORTS = tuple(_ORDERS)


class FailOn:
    """What makes a proxy a troubled one; nothing does with ``never``."""

    def __init__(self, names: Sequence[str] | None) -> None:
        chosen = names or ("stale",)
        for name in chosen:
            if name not in {*_TROUBLES, _NEVER}:
                known = ", ".join((*_TROUBLES, _NEVER))
                raise UsageError(f"--fail-on {quoted(name)} is not one of {known}")
        self._fails = [] if _NEVER in chosen else [_TROUBLES[name] for name in chosen]

    def fails(self, proxy: ProxySync) -> bool:
        """Is this what the exit code shall tell?"""
        return any(fails(proxy) for fails in self._fails)

    def is_troubled(self, proxy: ProxySync) -> bool:
        """Is this worth a look? Stale and refused configuration always is."""
        return _TROUBLES["stale"](proxy) or self.fails(proxy)


@dataclass(frozen=True, slots=True)
class ProxySelection:
    """Which proxies are asked for, and in which order."""

    namespaces: tuple[str, ...] = ()
    selector: str = ""
    sort: str = "name"

    def __post_init__(self) -> None:
        if self.sort not in _ORDERS:
            raise UsageError(f"--sort {quoted(self.sort)} is not one of {', '.join(_ORDERS)}")

    @property
    def words(self) -> str:
        """Say what holds for these proxies: ``is in namespace shop and has the labels app=web``."""
        where = f"is in namespace {' or '.join(self.namespaces)}" if self.namespaces else ""
        labels = f"has the labels {self.selector}" if self.selector else ""
        return " and ".join(filter(None, (where, labels)))

    def of(
        self, proxies: Iterable[ProxySync], selected: Container[str] | None = None
    ) -> list[ProxySync]:
        """Pick and order; ``selected`` names those that the selector found.

        What is equal stays in the order of the names.
        """
        chosen = [
            proxy
            for proxy in proxies
            if (not self.namespaces or proxy.namespace in self.namespaces)
            and (selected is None or proxy.name in selected)
        ]
        return sorted(chosen, key=_ORDERS[self.sort])


def find_proxy(proxies: Sequence[ProxySync], name: str, namespace: str) -> ProxySync:
    """Find a proxy by ``POD.NAMESPACE`` or ``POD``, which may have dots of its own.

    A pod alone is looked for in the namespace first, then everywhere.
    """
    for known in (name, f"{name}.{namespace}"):
        for proxy_sync in proxies:
            if proxy_sync.name == known:
                return proxy_sync
    found = [proxy for proxy in proxies if proxy.pod == name]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(proxy_sync.name for proxy_sync in found)
        raise UsageError(f"there are several proxies {quoted(name)}: {names}; name one in full")
    near = [proxy.name for proxy in proxies if proxy.name.startswith(name)]
    more = f", and {len(near) - _SUGGESTED} more" if len(near) > _SUGGESTED else ""
    known = f"; there are: {', '.join(near[:_SUGGESTED])}{more}" if near else ""
    raise UsageError(f"no istiod knows a proxy {quoted(name)}; name it as POD.NAMESPACE{known}")


def lookalikes(proxies: Iterable[ProxySync], proxy: ProxySync) -> list[str]:
    """Name the proxies that istiod may take for this one when it is asked for its config dump.

    It takes any whose name contains what it is asked for (getProxyConnection,
    pilot/pkg/xds/debug.go).
    """
    return [
        proxy_sync.name
        for proxy_sync in proxies
        if proxy_sync.istiod == proxy.istiod
        and proxy_sync.name != proxy.name
        and proxy.name in proxy_sync.name
    ]
