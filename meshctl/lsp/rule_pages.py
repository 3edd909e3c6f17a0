"""Gives the address of the page of a rule: on the documentation's site, else a file made for it."""

import tempfile
from pathlib import Path

from meshctl.engine.catalog.documentation import examples
from meshctl.engine.registry import families, load_family
from meshctl.engine.report import page_address
from meshctl.rules.api import Rule

_LONGEST_NAME = 100


class RulePages:
    """Pages of rules: on a site where there is one, else files in a temporary directory."""

    def __init__(self) -> None:
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._made: dict[str, str] = {}

    def address(self, rule_id: str, site: str = "") -> str:
        """Name the page of a rule; on a site each has one, below its family."""
        if site:
            return page_address(site, rule_id)
        if rule_id not in self._made:
            rule = rule_named(rule_id)
            self._made[rule_id] = self._page(rule) if rule is not None else ""
        return self._made[rule_id]

    def close(self) -> None:
        """Remove the files."""
        if self._scratch is not None:
            self._scratch.cleanup()

    def write(self, title: str, text: str) -> str:
        """Write a text into a file of its own, and give the address."""
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="meshctl-")
        kept = "".join(letter if letter.isalnum() or letter in "-." else " " for letter in title)
        file = Path(self._scratch.name, f"{kept[:_LONGEST_NAME].strip()}.txt")
        file.write_text(text, encoding="utf-8")
        return file.as_uri()

    def _page(self, rule: Rule) -> str:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="meshctl-")
        file = Path(self._scratch.name, f"{rule.id.replace('/', '.')}.md")
        file.write_text(rule_page(rule), encoding="utf-8")
        return file.as_uri()


def rule_named(rule_id: str) -> Rule | None:
    """Find a rule by its id; only its family is imported."""
    family = rule_id.partition("/")[0].replace("-", "_")
    if family not in families():
        return None
    return next((rule for rule in load_family(family) if rule.id == rule_id), None)


def rule_page(rule: Rule) -> str:
    """Write a rule as markdown, with what it reports and the same mended."""
    bad, good = examples(rule)
    text = f"# {rule.id}\n\n{rule.severity}, since {rule.since}\n\n{rule.docs}\n"
    for title, example in (("Reported", bad), ("Fine", good)):
        if example:
            text += f"\n## {title}\n\n```yaml\n{example}```\n"
    return text
