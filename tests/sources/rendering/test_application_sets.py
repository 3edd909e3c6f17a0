"""ApplicationSets are expanded as far as files tell, and said to be open where they don't."""

from pathlib import Path
from typing import Any

import pytest

from meshctl.sources.application_sets import expand
from meshctl.sources.loader import load
from meshctl.sources.rendering.entry_points import read
from meshctl.yaml.reader import parse_one

TEMPLATE = """
  template:
    metadata: {name: NAME}
    spec: {source: {path: PATH}, destination: {namespace: shop}}
"""
LIST = "list: {elements: [{name: a, values: {home: x}}, {name: b, values: {home: z}}]}"
DIRECTORIES = "git: {directories: [{path: 'apps/*'}, {path: apps/old, exclude: true}]}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("apps/one", "apps/two_B", "apps/old", "apps/.hidden", "apps/one/deep", "else"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    return tmp_path


def made(
    root: Path | None, generators: str, name: str, path: str = "x", *, go: bool = False
) -> Any:
    head = f"kind: ApplicationSet\nspec:\n  goTemplate: {str(go).lower()}\n  generators:\n"
    text = head + "".join(f"    - {one}\n" for one in generators.split(" & "))
    text += TEMPLATE.replace("NAME", f"'{name}'").replace("PATH", f"'{path}'")
    found = expand(parse_one(text), root)
    return [(one["metadata"]["name"], one["spec"]["source"]["path"]) for one in found.templates], (
        found.is_whole
    )


def test_a_list_makes_an_application_of_each_element(root: Path) -> None:
    expected = [("a-x", "x"), ("b-z", "x")], True
    assert expected == made(root, LIST, "{{name}}-{{ values.home }}")
    assert expected == made(root, LIST, "{{ .name }}-{{.values.home}}", go=True)


def test_directories_are_taken_by_pattern_without_what_is_excluded(root: Path) -> None:
    plain = made(root, DIRECTORIES, "{{path.basenameNormalized}}-{{path[0]}}", "{{path}}")
    assert ([("one-apps", "apps/one"), ("two-b-apps", "apps/two_B")], True) == plain
    name = "{{.path.basenameNormalized}}-{{index .path.segments 0}}"
    assert plain == made(root, DIRECTORIES, name, "{{.path.path}}", go=True)


def test_a_matrix_makes_one_of_each_pair(root: Path) -> None:
    matrix = f"matrix: {{generators: [{{{LIST}}}, {{{DIRECTORIES}}}]}}"
    found, is_whole = made(root, matrix, "{{name}}-{{path.basename}}")
    assert (["a-one", "a-two_B", "b-one", "b-two_B"], True) == (
        [name for name, _ in found],
        is_whole,
    )


@pytest.mark.parametrize(
    "generators",
    [
        "clusters: {}", "git: {files: [{path: '*.json'}]}", "list: {elementsYaml: '[]'}",
        "{list: {elements: [{name: a}]}, selector: {}}", "git: {directories: 4}", "4",
    ],
)  # fmt: skip
def test_what_files_do_not_tell_is_open(root: Path, generators: str) -> None:
    found, is_whole = made(root, generators, "{{name}}")
    assert [] == found
    assert is_whole is (generators == "git: {directories: 4}")


@pytest.mark.parametrize("name", ["{{ .name | upper }}", "{{ .gone }}", "{{ .values }}"])
def test_what_needs_more_than_values_is_left_out(root: Path, name: str) -> None:
    assert ([], False) == made(root, LIST, name, go=True)


def test_no_pattern_leads_out_of_the_repository(root: Path) -> None:
    assert ([], True) == made(root / "apps", "git: {directories: [{path: '../else'}]}", "{{path}}")
    (root / "apps/out").symlink_to("/")
    found, _ = made(root, "git: {directories: [{path: 'apps/out/*'}]}", "{{path.basename}}")
    assert [] == found


def test_sets_install_charts_and_directories(root: Path) -> None:
    (root / "apps/one/Chart.yaml").write_text("apiVersion: v2\nname: one\nversion: 1.0.0\n")
    (root / "set.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\n"
        f"spec:\n  generators:\n    - {DIRECTORIES}"
        + TEMPLATE.replace("NAME", "'{{path.basename}}'").replace("PATH", "'{{path}}'")
    )
    found = read(load([str(root / "set.yaml")]).documents, root)
    assert [("one", "shop")] == [(one.name, one.namespace) for one in found.releases]
    assert [root / "apps/two_B"] == [one.path for one in found.directories]
    assert ["ApplicationSet all"] == list(found.charts_of)


def test_objects_of_a_directory_are_in_the_namespace_of_the_set(root: Path) -> None:
    (root / "apps/one/a.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n")
    (root / "set.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\n"
        f"spec:\n  generators:\n    - {DIRECTORIES}"
        + TEMPLATE.replace("NAME", "'{{path.basename}}'").replace("PATH", "'{{path}}'")
    )
    placed = {one.data["kind"]: one.placement.namespace for one in load([str(root)]).documents}
    assert "shop" == placed["Service"]
