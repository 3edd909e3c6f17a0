"""What an editor offers about a finding mends it, or ignores it with a reason."""

from pathlib import Path
from typing import Any

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
        (action,) = actions(editor, "routes.yaml", 7)
        assert action["title"] == f"Ignore {PORT} here, with a reason"
        assert [one["code"] for one in action["diagnostics"]] == [PORT]
        text = applied(ROUTES, action["edit"]["changes"][editor.uri("routes.yaml")])
        assert f"    # meshctl: ignore[{PORT}] say why\n" in text
        editor.type("routes.yaml", text)
        editor.analyzed()
        assert editor.codes("routes.yaml") == []
        assert actions(editor, "routes.yaml", 0) == []
