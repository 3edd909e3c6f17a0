"""Writes the answers of ``proxy-status``: tables, JSON or YAML."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.question import ProxiesAnswer, ProxyAnswer
from meshctl.inspect.proxies.selection import FailOn, ProxySelection
from meshctl.inspect.proxies.sync import ProxySync, type_names
from meshctl.output.as_json.arrays import write_array
from meshctl.output.lines import write_lines
from meshctl.output.proxies.config import config_lines
from meshctl.output.proxies.form import config_form, row, rows
from meshctl.output.proxies.table import reasons, summary, table, wide_table
from meshctl.output.stderr import complain
from meshctl.output.table import write_table
from meshctl.output.yaml_lines import item

_TABLES = ("table", "wide")
FORMATS = (*_TABLES, "json", "yaml")
_MANY = 100


class ProxyWriter(NamedTuple):
    """How proxies are written; of very many only those in trouble unless ``everything`` is."""

    output: str
    everything: bool
    choice: ProxySelection
    fail_on: FailOn

    def write_all(self, answer: ProxiesAnswer, out: TextIO) -> None:
        """Write every proxy of an answer."""
        _complain(answer.silent)
        if self.output not in _TABLES:
            _write_rows(rows(answer.proxies, answer.silent), self.output, out)
        elif answer.known and not answer.proxies:
            write_lines([f"none of the {answer.known} proxies {self.choice.words}"], out)
        else:
            self._write_table(answer.proxies, out)

    def write_one(self, answer: ProxyAnswer, out: TextIO) -> None:
        """Write one proxy, and how its Envoy differs from what istiod has for it."""
        _complain(answer.silent)
        proxy = answer.proxy
        for other in answer.lookalikes:
            complain(f"{proxy.istiod} may take {proxy.name} for {other} in what follows")
        if self.output in _TABLES:
            _write_proxies([proxy], out, is_wide=self.output == "wide", is_full=True)
            out.write("\n")
            write_lines(config_lines(answer.parts), out)
        else:
            found = row(proxy, type_names([proxy]))
            found["config"] = config_form(answer.parts)
            _write_rows([found], self.output, out)

    def _write_table(self, proxies: Sequence[ProxySync], out: TextIO) -> None:
        listed = proxies
        if len(proxies) > _MANY and not self.everything:
            listed = [proxy for proxy in proxies if self.fail_on.is_troubled(proxy)]
        _write_proxies(listed, out, is_wide=self.output == "wide", is_full=False)
        out.write("\n" if listed else "")
        write_lines([summary(proxies)], out)
        if len(listed) < len(proxies):
            out.write(f"{len(proxies) - len(listed)} in order are not listed; --all lists them\n")


def _complain(silent: Iterable[IstiodAnswer]) -> None:
    for answer in silent:
        complain(f"{answer.istiod}: {answer.error}; its proxies may be missing here")


def _write_proxies(
    proxies: Sequence[ProxySync], out: TextIO, *, is_wide: bool, is_full: bool
) -> None:
    """Write a table, and below a wide or ``full`` one the reasons as they were given."""
    make = wide_table if is_wide else table
    if proxies:
        write_table(*make(proxies, datetime.now(UTC)), out)
    if is_wide or is_full:
        known = list(reasons(proxies))
        write_lines((*([""] if known else ()), *known), out)


def _write_rows(found: Iterable[dict[str, Any]], output: str, out: TextIO) -> None:
    """Write rows as one JSON or YAML document."""
    if output == "json":
        write_array(out, found)
        out.write("\n")
        return
    lines = [line for entry in found for line in item(entry)]
    out.writelines(lines or ["[]\n"])
