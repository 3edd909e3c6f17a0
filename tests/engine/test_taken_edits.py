"""Edits of several findings are taken as long as they don't touch each other."""

from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.fixes import TakenEdits
from meshctl.engine.report import FileEdit

PLACES = st.tuples(st.integers(1, 4), st.integers(1, 6))
FILES = st.sampled_from(["a.yaml", "b.yaml"])
TEXTS = st.sampled_from(["x", "\ny: 1", ", z"])


def edit_of(file: str, place: tuple[int, int], other: tuple[int, int], text: str) -> FileEdit:
    (line, column), (end_line, end_column) = sorted([place, other])
    return FileEdit(file, line, column, end_line, end_column, text)


EDITS = st.builds(edit_of, FILES, PLACES, PLACES, TEXTS)


@given(st.lists(st.lists(EDITS, max_size=3), max_size=12))
def test_what_is_taken_touches_nothing_of_other_findings(findings: list[list[FileEdit]]) -> None:
    taken = TakenEdits()
    kept: list[FileEdit] = []
    for edits in findings:
        pairs = [(a, b) for i, a in enumerate(edits) for b in edits[:i]]
        fits = not any(edit.touches(other) for edit in edits for other in kept)
        fits &= all(a.is_added_beside(b) for a, b in pairs if a.touches(b))
        assert taken.add(edits) == fits
        kept += edits if fits else []
    for file, found in taken.by_file.items():
        assert found == sorted((e for e in kept if e.file == file), key=lambda e: e.start)


def test_keys_that_one_finding_adds_at_one_place_keep_their_order() -> None:
    taken = TakenEdits()
    one, two = (FileEdit("a.yaml", 2, 5, 2, 5, text) for text in ("\nz: 1", "\nb: 1"))
    assert taken.add([one, two])
    assert not taken.add([FileEdit("a.yaml", 2, 5, 2, 5, "\nc: 1")])
    assert taken.by_file == {"a.yaml": [one, two]}
