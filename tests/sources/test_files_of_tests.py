"""What tests of operators wait for holds parts of objects, which nobody applies."""

from pathlib import Path

import pytest

from meshctl.sources.loader import load

OBJECT = "apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\n"
TEST = """
apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: till}
spec:
  steps:
    - try:
        - create: {file: given.yaml}
        - assert: {file: made.yaml}
        - error: {file: "gone-*.yaml"}
"""


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    for name in ("given", "made", "gone-a", "00-install", "01-assert", "02-errors"):
        (tmp_path / f"{name}.yaml").write_text(OBJECT.replace("NAME", name))
    (tmp_path / "chainsaw-test.yaml").write_text(TEST)
    return tmp_path


def names(path: Path) -> list[str]:
    return [document.data["metadata"]["name"] for document in load([str(path)]).documents]


def test_what_a_test_waits_for_is_left_out(tests: Path) -> None:
    assert ["00-install", "till", "given"] == names(tests)
    assert 4 == load([str(tests)]).skipped


def test_a_pattern_leads_to_no_other_directory(tests: Path) -> None:
    (tests / "chainsaw-test.yaml").write_text(TEST.replace("gone-*", "**/gone-*"))
    assert ["00-install", "till", "given", "gone-a"] == names(tests)


def test_a_file_that_is_named_is_read(tests: Path) -> None:
    assert ["01-assert"] == names(tests / "01-assert.yaml")


def test_a_test_of_another_tool_says_nothing_of_files(tests: Path) -> None:
    (tests / "chainsaw-test.yaml").write_text(TEST.replace("chainsaw.kyverno.io", "example.io"))
    assert ["00-install", "till", "given", "gone-a", "made"] == names(tests)
