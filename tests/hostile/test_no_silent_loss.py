"""Every document is analysed, or named as left out, and the counts prove it."""

import json
from pathlib import Path

import every_command
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.sources.loader import load

ANALYSED = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
TEXTS = {
    ANALYSED: (1, 0, 0),
    "\ufeff" + ANALYSED: (1, 0, 0),
    "kind: Service\nspec: {}\n": (1, 0, 0),
    "apiVersion: v1\nmetadata: {name: a}\n": (1, 0, 0),
    "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: []}, x, null]\n": (1, 0, 0),
    "jobs: {build: 1}\n": (0, 1, 0),
    "[1, 2]\n": (0, 1, 0),
    "metadata: {name: a}\n": (0, 1, 0),
    "apiVersion: v1\nkind: {a: b}\n": (1, 0, 0),
    "apiVersion: v1\nkind: Service\nspec: {{ x }}\n": (0, 0, 1),
    "apiVersion: v1\nkind: Service\nspec: [\n": (0, 0, 1),
    "apiVersion: v1\nkind: Service\nspec: \x00\n": (0, 0, 1),
    "apiVersion: v1\nkind: Service\nspec: &a [*a]\n": (0, 0, 1),
}  # fmt: skip
"""Documents, and whether each counts as analysed, as skipped or as broken."""


def shown(directory: Path, text: str, name: str = "a.yaml") -> dict[str, int]:
    (directory / name).write_text(text, encoding="utf-8")
    done = every_command.run("analyze", str(directory), "-o", "json")
    summary: dict[str, int] = json.loads(done.out)["summary"]
    return summary


@given(st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=6))
def test_the_counts_prove_it(tmp_path_factory, texts: list[str]) -> None:
    directory = tmp_path_factory.mktemp("counts")
    found = shown(directory, "---\n".join(["", *texts]))
    expected = tuple(sum(each) for each in zip(*(TEXTS[text] for text in texts), strict=True))
    assert expected == (found["documents"], found["skipped"], found["broken"])
    assert bool(found["errors"] + found["infos"]) or not found["broken"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("kind: Service\nmetadata: {name: a}\n", ["document/kind-missing"]),
        ("apiVersion: v1\nmetadata: {name: a}\n", ["document/kind-missing"]),
        ("apiVersion: v1\nspec: {}\n", ["document/kind-missing"]),
        ("apiVersion: v1\nkind: List\nitems: [x]\n", ["document/item-not-an-object"]),
        ("apiVersion: v1\nkind: List\nitems: {}\n", ["document/item-not-an-object"]),
        (f"{ANALYSED}---\n\ufeff{ANALYSED.replace('a}', 'b}')}", []),
        (f"{ANALYSED}...\n{ANALYSED}", ["document/dropped-by-kubectl"]),
    ],
)
def test_what_is_lost_is_told(text: str, rules: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    done = every_command.run("analyze", str(tmp_path), "-o", "json")
    assert rules == [one["rule"] for one in json.loads(done.out)["findings"]]


def test_one_action_spoils_one_document(tmp_path: Path) -> None:
    wrong = "apiVersion: v1\nkind: Service\nmetadata: {name: A_, namespace: a}\n"
    action = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ x }}}\n"
    found = shown(tmp_path, f"{wrong}---\n{action}")
    assert (1, 1, 1) == (found["documents"], found["broken"], found["errors"])
    control = "{{ if .x }}\napiVersion: v1\nkind: ConfigMap\n{{ end }}\n"
    found = shown(tmp_path, f"{wrong}---\n{control}")
    assert (0, 2, 0) == (found["documents"], found["broken"], found["errors"])


def test_lists_in_lists_are_read(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".replace("\n", "\n  ").rstrip()
    nested = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - "
    (tmp_path / "a.yaml").write_text(nested + text.replace("\n", "\n  "))
    assert 1 == len(list(unwrap(load([str(tmp_path)]).documents)))
