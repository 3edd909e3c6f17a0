"""Files that are made from code equal what the code makes now."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from meshctl.cli.commands.completion import Shell, script
from meshctl.config.file import config_schema
from meshctl.engine.analyze import analyze, answer_on
from meshctl.engine.needs import index
from meshctl.engine.registry import families, load_all, load_family
from meshctl.engine.workspaces.kept_objects import KeptObjects
from meshctl.inspect.graph.answer import Question, draw
from meshctl.inspect.upgrade.answer import Way, plan_upgrade
from meshctl.output.catalog.rules import write_families, write_family
from meshctl.output.findings.formats import render
from meshctl.output.graph.svg import write_svg
from meshctl.output.upgrade.text import write_plan_text
from meshctl.settings import Settings
from meshctl.sources.loader import load
from meshctl.upgrades.release import Release

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
FAMILIES = [family for family in families() if family != "internal"]
BYTES_OF_THE_README = 15_000
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a file with what it should hold, or write it under ``--update``."""

    def compare(file: Path, actual: str) -> None:
        if request.config.getoption("--update"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(actual)
        assert file.read_text() == actual

    return compare


def test_config_schema_is_current(kept) -> None:
    kept(ROOT / "schemas" / "meshctl-config.json", json.dumps(config_schema(), indent=2) + "\n")


@pytest.mark.parametrize("shell", list(Shell))
def test_completions_are_current(kept, shell: Shell) -> None:
    kept(ROOT / "completions" / f"meshctl.{shell.value}", script(shell) + "\n")


@pytest.mark.parametrize("family", FAMILIES)
def test_rule_pages_are_current(kept, family: str) -> None:
    page = io.StringIO()
    write_family(family.replace("_", "-"), load_family(family), page)
    kept(PAGES / f"{family}.md", page.getvalue())


def test_the_needs_of_rules_are_current(kept) -> None:
    needs = json.dumps(index(load_all()), indent=1)
    kept(ROOT / "meshctl" / "rules" / "needs.json", f"{needs}\n")


def test_the_index_of_rule_pages_is_current(kept) -> None:
    index = io.StringIO()
    write_families([(family, len(load_family(family))) for family in FAMILIES], index)
    kept(PAGES / "README.md", index.getvalue())


def test_no_page_is_of_a_family_that_is_gone() -> None:
    assert sorted([*FAMILIES, "README"]) == sorted(file.stem for file in PAGES.iterdir())


def test_the_readme_is_short() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.encode()) <= BYTES_OF_THE_README


def test_what_the_readme_links_to_is_there() -> None:
    for page in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ):
        linked = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text())
        assert [] == [name for name in linked if not (page.parent / name).exists()]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples_give_what_they_expect(kept, example: Path, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    text = io.StringIO()
    render("text", analyze([str(example.relative_to(ROOT))], Settings()), text)
    kept(example / "expected.txt", text.getvalue())


def test_the_plan_of_an_example_is_current(kept, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    loaded = load(["examples/upgrade"], with_others=True)
    plan = io.StringIO()
    answer = plan_upgrade(loaded, None, Settings(), Way(None, Release(31)))
    write_plan_text(answer, plan, everything=False)
    kept(ROOT / "examples" / "upgrade" / "plan.txt", plan.getvalue())


def test_the_picture_of_an_example_is_current(kept, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    settings = Settings()
    loaded = load(["examples/checkout"])
    report, mesh = answer_on(loaded, settings, KeptObjects(settings, ()))
    picture = io.StringIO()
    write_svg(draw(mesh, report.findings, Question()), picture)
    kept(ROOT / "examples" / "checkout" / "graph.svg", picture.getvalue())


def test_readme_shows_a_real_finding(kept, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    text = io.StringIO()
    render("text", analyze(["examples/mtls-migration"], Settings()), text)
    readme = (ROOT / "README.md").read_text()
    block = f"$ meshctl analyze examples/mtls-migration\n{text.getvalue()}```"
    shown = re.compile(r"\$ meshctl analyze examples/mtls-migration\n.*?```", re.DOTALL)
    kept(ROOT / "README.md", shown.sub(lambda _: block, readme, count=1))
