"""The site of the documentation, the reference of commands and the pages of the manual."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meshctl.cli.command_table import COMMANDS
from meshctl.engine.registry import load_all

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "packaging/site"))

from commands import Command, Entry, every_command, manual, markdown  # noqa: E402

DESCRIBED = list(every_command())
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```$|^((?:    .*\n)+)", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^(?:    )?(?:\$ )?(?:kubectl .*\| )?(meshctl .+)$", re.MULTILINE)
HOSTILE = Command(
    ("x",), "Say <b>|`a|b`.", "meshctl x [OPTIONS]", (".so /etc/passwd", r"\fBbold\fR -- 'q'"),
    (), (Entry("--a|--b", "`c|d` *e*"),), (),
)  # fmt: skip


def test_every_command_is_described() -> None:
    assert {"meshctl", *COMMANDS} <= {one.stem for one in DESCRIBED}
    assert "generate-sidecar" in {one.stem for one in DESCRIBED}
    assert [] == [one.name for one in DESCRIBED if not one.usage.startswith(one.name)]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda file: file.name)
def test_commands_in_the_docs_exist(guide: Path) -> None:
    """Their names and options are those that the commands declare."""
    known = {one.words: set(re.findall(r"--?[a-z][\w-]*", str(one.options))) for one in DESCRIBED}
    unknown = []
    blocks = ["".join(found) for found in BLOCK.findall(guide.read_text())]
    for line in (line for block in blocks for line in SHOWN.findall(block)):
        words = shlex.split(line.partition(" #")[0].partition(" | ")[0].replace("…", ""))[1:]
        name = next(
            (one for one in (tuple(words[:2]), tuple(words[:1])) if one in known and one), ()
        )
        options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
        wrong = [one for one in options if one not in known[name]]
        if wrong or not (name or words[0].startswith("-")):
            unknown.append((line, wrong))
    assert [] == unknown


def test_texts_of_commands_are_no_markup() -> None:
    page = markdown(HOSTILE)
    assert r"Say \<b\>" not in page  # the summary stands on the page of the group alone
    assert r"| `--a\|--b` | `c\|d` \*e\* |" in page
    lines = manual(HOSTILE, []).splitlines()
    assert r"\&.so /etc/passwd" in lines
    assert r"\efBbold\efR \-\- 'q'" in lines


@pytest.mark.parametrize("command", [*DESCRIBED, HOSTILE], ids=lambda one: one.stem)
def test_the_manual_is_good_roff(command: Command, tmp_path: Path) -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed, so pages of the manual are not judged")
    page = tmp_path / "page.1"
    page.write_text(manual(command, DESCRIBED))
    done = subprocess.run(
        [groff, "-k", "-ww", "-man", "-Tutf8", "-P-c", "-P-b", "-P-u", str(page)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "" == done.stderr
    shown = " ".join(done.stdout.split())
    assert [] == [one.written for one in command.options if one.written.split(",")[0] not in shown]


@pytest.fixture(scope="module")
def site() -> Path:
    pytest.importorskip("zensical", reason="zensical is not installed: no site is built")
    done = subprocess.run(
        [sys.executable, ROOT / "packaging/site/build.py", "https://docs.example.com/"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    return ROOT / "build/site"


def test_the_site_has_a_page_for_each_rule_and_command(site: Path) -> None:
    rules = [rule.id for rule in load_all() if rule.family != "internal"]
    assert [] == [
        rule for rule in rules if not (site / "docs/rules" / rule / "index.html").is_file()
    ]
    commands = [one.stem for one in DESCRIBED]
    assert [] == [one for one in commands if not (site / "docs/commands" / one).is_dir()]


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loads = re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(https?:)?//([^\"/ >]+)"
    )
    found = {
        match[2] for page in site.rglob("*.html") for match in loads.finditer(page.read_text())
    }
    assert found <= {"docs.example.com"}
