"""Asks the istiods about their proxies, and the Envoy of one for what it runs."""

from typing import Any, BinaryIO, NamedTuple

from meshctl.cluster.istiod import IstiodAnswer, Istiods
from meshctl.errors import InputError
from meshctl.inspect.proxies import config_diff
from meshctl.inspect.proxies.selection import FailOn, ProxySelection, find_proxy, lookalikes
from meshctl.inspect.proxies.sync import KnownProxies, ProxySync, read_answers
from meshctl.plain_objects import read_json
from meshctl.regular_files import read_bytes
from meshctl.timing import phase

_NO_ENVOY = "ztunnel"


class ProxiesAnswer(NamedTuple):
    """The proxies that are meant, in order, of how many; and the istiods that gave no answer."""

    proxies: list[ProxySync]
    known: int
    silent: list[IstiodAnswer]
    has_failed: bool


class ProxyAnswer(NamedTuple):
    """One proxy, how its Envoy differs, and whom istiod may take it for.

    ``parts`` is ``None`` for a proxy without Envoy.
    """

    proxy: ProxySync
    lookalikes: list[str]
    parts: list[config_diff.SectionDiff] | None
    silent: list[IstiodAnswer]
    has_failed: bool


class ProxyQuestion:
    """A question about proxies, which may be asked again and again."""

    def __init__(self, plane: Istiods, choice: ProxySelection, fail_on: FailOn) -> None:
        self._plane, self._choice, self._fail_on = plane, choice, fail_on

    def all(self) -> ProxiesAnswer:
        """Ask about every proxy that is meant."""
        known = self._ask()
        choice = self._choice
        selected: set[str] | None = None
        if choice.selector:
            selected = {
                name
                for namespace in choice.namespaces or ("",)
                for name in self._plane.pods(choice.selector, namespace)
            }
        with phase("analysis"):
            proxies = choice.of(known.proxies, selected)
            fails = any(map(self._fail_on.fails, proxies))
        return ProxiesAnswer(proxies, len(known.proxies), known.silent, fails)

    def of_pod(self, pod: str, envoy: Any = None) -> ProxyAnswer:
        """Ask about one proxy, and its Envoy, unless ``envoy`` is the dump of that."""
        known = self._ask()
        homes = self._choice.namespaces
        proxy = find_proxy(known.proxies, pod, homes[0] if homes else self._plane.home)
        others = lookalikes(known.proxies, proxy)
        parts = None if proxy.kind == _NO_ENVOY else self._compare(proxy, envoy)
        differs = not all(part.matches for part in parts or ())
        fails = differs or self._fail_on.fails(proxy)
        return ProxyAnswer(proxy, others, parts, known.silent, fails)

    def _compare(self, proxy: ProxySync, envoy: Any) -> list[config_diff.SectionDiff]:
        istiod = self._plane.config_dump(proxy.istiod, proxy.name)
        if envoy is None:
            envoy = self._plane.envoy_dump(proxy.namespace, proxy.pod)
        return config_diff.compare(istiod, envoy)

    def _ask(self) -> KnownProxies:
        with phase("network"):
            answers = self._plane.proxies()
        with phase("decode"):
            return read_answers(answers)


def read_dump(file: str, stdin: BinaryIO) -> Any:
    """Read the config dump of an Envoy from a file, or from standard input for ``-``."""
    try:
        body = stdin.read() if file == "-" else read_bytes(file)
        return read_json(body)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except ValueError:
        message = f"{file} is no JSON; it has to be what Envoy answers to /config_dump"
        raise InputError(message) from None
