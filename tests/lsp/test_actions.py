"""What an editor offers about a finding mends it, or ignores it with a reason."""

from pathlib import Path
from typing import Any, NamedTuple

from meshctl.engine.report import FileEdit, Location
from meshctl.lsp.code_actions import CodeActions, Place
from meshctl.lsp.positions import LinesOf
from tests.lsp.editor import Editor
from tests.lsp.test_findings import PORT, ROUTES, SERVICE


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """Apply edits of a client that counts UTF-32, the last one first."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for edit in sorted(edits, key=lambda one: -one["range"]["start"]["line"]):
        start, end = (edit["range"][one] for one in ("start", "end"))
        first = starts[start["line"]] + start["character"]
        last = starts[end["line"]] + end["character"]
        text = text[:first] + edit["newText"] + text[last:]
    return text


def actions(editor: Editor, name: str, line: int) -> list[dict[str, Any]]:
    place = {"line": line, "character": 0}
    return editor.request(
        "textDocument/codeAction", textDocument={"uri": editor.uri(name)},
        range={"start": place, "end": place}, context={"diagnostics": []},
    )  # fmt: skip


def test_a_finding_can_be_ignored_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "routes.yaml").write_text(ROUTES)
    with Editor(tmp_path, encodings=("utf-32",)) as editor:
        editor.open("routes.yaml")
        editor.analyzed()
        assert editor.codes("routes.yaml") == [PORT]
        *_, action = actions(editor, "routes.yaml", 7)
        assert action["title"] == f"Ignore {PORT} here, with a reason"
        assert [one["code"] for one in action["diagnostics"]] == [PORT]
        text = applied(ROUTES, action["edit"]["changes"][editor.uri("routes.yaml")])
        assert f"    # meshctl: ignore[{PORT}] say why\n" in text
        editor.type("routes.yaml", text)
        editor.analyzed()
        assert editor.codes("routes.yaml") == []
        assert actions(editor, "routes.yaml", 0) == []


class Finding(NamedTuple):
    """A finding that a program can mend, with what actions read of it."""

    rule: str
    location: Location
    fix: str
    edits: tuple[FileEdit, ...]
    is_safe: bool
    fingerprint: str


def mendable(line: int, *edits: FileEdit, safe: bool = True) -> Any:
    place = Location("a.yaml", line, 1, line, 5, "", None)
    return Finding("a/b", place, "write `x`; then test it.", edits, safe, f"{line}")


def make(text: str = "kind: A\nname: é𝄞b\n", *, is_current: bool = True) -> CodeActions:
    return CodeActions(
        "utf-16", lambda file: f"uri:{file}", lambda _: LinesOf(text), lambda _: is_current
    )


def edits_of(action: Any) -> list[tuple[str, int, int, str]]:
    return [
        (uri, one.range.start.character, one.range.end.character, one.new_text)
        for uri, several in action.edit.changes.items()
        for one in several
    ]


def test_a_finding_that_a_program_can_mend_has_its_edits() -> None:
    found = mendable(
        2, FileEdit("a.yaml", 2, 9, 2, 10, "c"), FileEdit("b.yaml", 1, 1, 1, 1, "# \n")
    )
    place = Place("uri:a.yaml", "kind: A\nname: é𝄞b\n", 1, 1, (found,))
    mend, ignore = make().at(place, {"2": None})
    assert (mend.title, mend.is_preferred) == ("Write `x`", True)
    assert edits_of(mend) == [("uri:a.yaml", 9, 10, "c"), ("uri:b.yaml", 0, 0, "# \n")]
    assert ignore.title == "Ignore a/b here, with a reason"


def test_edits_of_a_text_that_changed_are_not_offered() -> None:
    found = mendable(2, FileEdit("a.yaml", 2, 9, 2, 10, "c"))
    place = Place("uri:a.yaml", "kind: A\nname: b\n", 1, 1, (found,))
    titles = [one.title for one in make(is_current=False).at(place, {"2": None})]
    assert titles == ["Ignore a/b here, with a reason"]


def test_all_safe_fixes_of_a_file_are_one_action() -> None:
    one = mendable(1, FileEdit("a.yaml", 1, 1, 1, 5, "x"))
    touching = mendable(1, FileEdit("a.yaml", 1, 5, 1, 6, "y"))
    unsafe = mendable(2, FileEdit("a.yaml", 2, 1, 2, 2, "z"), safe=False)
    other = mendable(2, FileEdit("a.yaml", 2, 7, 2, 8, "w"))
    (action,) = make().for_all([one, touching, unsafe, other])
    assert [text for *_, text in edits_of(action)] == ["x", "w"]
    assert action.kind == "source.fixAll.meshctl"
    assert list(make().for_all([unsafe])) == []


def test_a_quick_fix_mends_a_text(tmp_path: Path) -> None:
    routes = ROUTES.replace("{number: 81}}}]", "{number: 80}}, weight: 90}]")
    (tmp_path / "routes.yaml").write_text(routes)
    with Editor(tmp_path, encodings=("utf-16",)) as editor:
        editor.open("routes.yaml")
        editor.analyzed()
        assert "virtual-service/weight-ignored" in editor.codes("routes.yaml")
        mend = actions(editor, "routes.yaml", 7)[0]
        assert mend["isPreferred"] is True
        (edit,) = mend["edit"]["changes"][editor.uri("routes.yaml")]
        everything = editor.request(
            "textDocument/codeAction", textDocument={"uri": editor.uri("routes.yaml")},
            range=edit["range"], context={"diagnostics": [], "only": ["source.fixAll"]},
        )  # fmt: skip
        assert [one["edit"] for one in everything] == [mend["edit"]]
        line = edit["range"]["start"]["line"]
        encoded = routes.split("\n")[line].encode("utf-16-le")
        start, end = (2 * edit["range"][one]["character"] for one in ("start", "end"))
        new = (encoded[:start] + edit["newText"].encode("utf-16-le") + encoded[end:]).decode(
            "utf-16-le"
        )
        editor.type("routes.yaml", routes.replace(routes.split("\n")[line], new))
        editor.analyzed()
        assert "virtual-service/weight-ignored" not in editor.codes("routes.yaml")
        assert "number: 80" in new
