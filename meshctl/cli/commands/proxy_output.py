"""Asks the istiods for ``proxy-status`` and writes what they answered."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from meshctl.cli.stderr import complain
from meshctl.cli.timing import phase
from meshctl.cluster.istiod import Istiods
from meshctl.errors import InputError, UsageError
from meshctl.inspect.proxies import config_diff
from meshctl.inspect.proxies.selection import (
    FailOn,
    ProxySelection,
    find_proxy,
    lookalikes,
    row,
    rows,
)
from meshctl.inspect.proxies.sync import KnownProxies, ProxySync, read_answers, type_names
from meshctl.output import proxy_table
from meshctl.output.json_array import write_array
from meshctl.output.lines import write_lines
from meshctl.output.table import write_table
from meshctl.output.yaml_lines import item

_TABLES = ("table", "wide")
_FORMATS = (*_TABLES, "json", "yaml")
_MANY = 100
_NO_ENVOY = "ztunnel"


class ProxyStatus:
    """A question about proxies, which may be asked again and again."""

    def __init__(
        self,
        plane: Istiods,
        choice: ProxySelection,
        fail_on: FailOn,
        output: str,
        *,
        everything: bool,
    ) -> None:
        if output not in _FORMATS:
            known = ", ".join(_FORMATS)
            raise UsageError(f"there is no output format {output!r}; take one of {known}")
        self._plane, self._choice, self._fail_on = plane, choice, fail_on
        self._output, self._everything = output, everything

    def all(self, out: TextIO) -> int:
        """Write every proxy that is meant; gives the exit code."""
        known = self._ask()
        choice = self._choice
        selected = None
        if choice.selector:
            selected = self._plane.pods(choice.selector, choice.namespace)
        with phase("analysis"):
            proxies = choice.of(known.proxies, selected)
            if self._output in _TABLES:
                self._write_table(proxies, len(known.proxies), out)
            else:
                _write_rows(rows(proxies, known.silent), self._output, out)
        return int(any(map(self._fail_on.fails, proxies)))

    def of_pod(self, pod: str, file: str | None) -> Callable[[TextIO], int]:
        """Have one proxy written, and how its Envoy differs from what istiod has for it."""
        envoy = None if file is None else _read_dump(file)
        return partial(self._write_pod, pod, envoy)

    def _write_pod(self, pod: str, envoy: Any, out: TextIO) -> int:
        proxies = self._ask().proxies
        proxy = find_proxy(proxies, pod, self._choice.namespace or self._plane.home)
        is_table = self._output in _TABLES
        if is_table:
            _write_proxies([proxy], out, is_wide=self._output == "wide", is_full=True)
        for other in lookalikes(proxies, proxy):
            complain(f"{proxy.istiod} may take {proxy.name} for {other} in what follows")
        parts = None if proxy.kind == _NO_ENVOY else self._compare(proxy, envoy)
        if is_table:
            out.write("\n")
            write_lines(config_diff.text(parts), out)
        else:
            found = row(proxy, type_names([proxy]))
            found["config"] = config_diff.form(parts)
            _write_rows([found], self._output, out)
        differs = not all(part.matches for part in parts or ())
        return int(differs or self._fail_on.fails(proxy))

    def _compare(self, proxy: ProxySync, envoy: Any) -> list[config_diff.SectionDiff]:
        istiod = self._plane.config_dump(proxy.istiod, proxy.name)
        if envoy is None:
            envoy = self._plane.envoy_dump(proxy.namespace, proxy.pod)
        return config_diff.compare(istiod, envoy)

    def _ask(self) -> KnownProxies:
        with phase("network"):
            answers = self._plane.proxies()
        with phase("decode"):
            known = read_answers(answers)
        for answer in known.silent:
            complain(f"{answer.istiod}: {answer.error}; its proxies may be missing here")
        return known

    def _write_table(self, proxies: Sequence[ProxySync], known: int, out: TextIO) -> None:
        """Write a table; of too many proxies to read only those with troubles."""
        if known and not proxies:
            write_lines([f"none of the {known} proxies {self._choice.words}"], out)
            return
        listed = proxies
        if len(proxies) > _MANY and not self._everything:
            listed = [proxy for proxy in proxies if self._fail_on.is_troubled(proxy)]
        _write_proxies(listed, out, is_wide=self._output == "wide", is_full=False)
        out.write("\n" if listed else "")
        write_lines([proxy_table.summary(proxies)], out)
        if len(listed) < len(proxies):
            out.write(f"{len(proxies) - len(listed)} in order are not listed; --all lists them\n")


def _write_proxies(
    proxies: Sequence[ProxySync], out: TextIO, *, is_wide: bool, is_full: bool
) -> None:
    """Write a table, and below a wide or ``full`` one the reasons as they were given."""
    make = proxy_table.wide_table if is_wide else proxy_table.table
    if proxies:
        write_table(*make(proxies, datetime.now(UTC)), out)
    if is_wide or is_full:
        reasons = list(proxy_table.reasons(proxies))
        write_lines((*([""] if reasons else ()), *reasons), out)


def _write_rows(found: Iterable[dict[str, Any]], output: str, out: TextIO) -> None:
    """Write rows as one JSON or YAML document."""
    if output == "json":
        write_array(out, found)
        out.write("\n")
        return
    lines = [line for found_proxy in found for line in item(found_proxy)]
    out.writelines(lines or ["[]\n"])


def _read_dump(file: str) -> Any:
    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return json.loads(body)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except (ValueError, RecursionError):
        message = f"{file} is no JSON; it has to be what Envoy answers to /config_dump"
        raise InputError(message) from None
