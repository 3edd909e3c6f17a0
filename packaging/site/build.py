"""Builds the site of the documentation and the pages of the manual below build/.

``python packaging/site/build.py [URL]``: URL is where the site will be, for its map and its canonical
links; ``--manual`` writes the pages of the manual alone. The pages are those of the repository in
their places, a page for each rule with its examples, and one for each command.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from commands import every_command, manual, markdown

from meshctl.engine.registry import families, load_changes, load_family
from meshctl.lsp.rule_pages import rule_page
from meshctl.output.catalog.rules import write_markdown

ROOT = Path(__file__).resolve().parents[2]
PAGES, SITE, MANUAL = ROOT / "build/pages", ROOT / "build/site", ROOT / "build/man"
COPIED = ("*.md", "docs/*.md", "docs/rules/*.md", "meshctl/rules/README.md", "editors/**/*.md")
LINKED = ("schemas/*.json", "examples/**/*", "LICENSE")


def copy_pages() -> None:
    """Lay the pages of the repository out as they are there, with the files that they link to."""
    for pattern in (*COPIED, *LINKED):
        for file in ROOT.glob(pattern):
            target = PAGES / file.relative_to(ROOT)
            if file.is_file() and "node_modules" not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def write_rules() -> list[dict]:
    """Write a page for each rule, and lead to it from the page of its family."""
    found = []
    for family in families():
        page = PAGES / "docs/rules" / f"{family}.md"
        rules = load_family(family)
        for rule in rules:
            file = PAGES / "docs/rules" / f"{rule.id}.md"
            file.parent.mkdir(exist_ok=True)
            file.write_text(rule_page(rule))
        if page.exists():
            page.write_text(
                re.sub(r"^## (\S+/\S+)$", r"## [\1](\1.md)", page.read_text(), flags=re.MULTILINE)
            )
            found.append(
                {
                    family.replace("_", "-"): [
                        f"docs/rules/{family}.md",
                        *(
                            {rule.id.partition("/")[2]: f"docs/rules/{rule.id}.md"}
                            for rule in rules
                        ),
                    ]
                }
            )
    return found


def write_changes() -> dict:
    """Write a page for each change between releases of Istio, and one that lists them."""
    changes = load_changes()
    for change in changes:
        file = PAGES / "docs/rules" / f"{change.id}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(rule_page(change))
    index = PAGES / "docs/rules/upgrade.md"
    with index.open("w") as out:
        out.write("# upgrade\n\nWhat `meshctl upgrade` asks of a mesh.\n\n")
        write_markdown(changes, out)
    linked = re.sub(r"^\| `(\S+)`", r"| [\1](\1.md)", index.read_text(), flags=re.MULTILINE)
    index.write_text(linked)
    return {"upgrade": "docs/rules/upgrade.md"}


def write_commands() -> list[dict]:
    """Write a page for each command."""
    (PAGES / "docs/commands").mkdir(parents=True)
    found = []
    for command in every_command():
        name = f"docs/commands/{command.stem}.md"
        (PAGES / name).write_text(markdown(command))
        found.append({command.name: name})
    return found


def write_manual() -> None:
    """Write a page of the manual for each command."""
    shutil.rmtree(MANUAL, ignore_errors=True)
    MANUAL.mkdir(parents=True)
    commands = list(every_command())
    for command in commands:
        name = "-".join(("meshctl", *command.words))
        (MANUAL / f"{name}.1").write_text(manual(command, commands))


def main(arguments: list[str]) -> None:
    """Build what is asked for; a link to nothing fails."""
    write_manual()
    if "--manual" in arguments:
        return
    shutil.rmtree(PAGES, ignore_errors=True)
    copy_pages()
    config = yaml.safe_load((ROOT / "packaging/site/mkdocs.yml").read_text())
    config["nav"] += [
        {"Commands": write_commands()},
        {"Rules": ["docs/rules/README.md", *write_rules(), write_changes()]},
    ]
    config |= {"docs_dir": PAGES.name, "site_dir": SITE.name, "site_url": "".join(arguments)}
    file = ROOT / "build/mkdocs.yml"
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(file)]
    raise SystemExit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
