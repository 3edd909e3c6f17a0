import gc
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meshctl.errors import InputError
from meshctl.sources import files, loader, workers
from meshctl.sources.documents import Problem, Span
from meshctl.sources.loader import Loaded, load
from meshctl.sources.manifests import Part
from meshctl.sources.placement import Gap

# pytest-xdist has threads of its own; Python 3.12 warns of forking beside them.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def load_text(text: str | bytes) -> Loaded:
    content = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return load(["-"], stdin=io.BytesIO(content))


def kinds(loaded: Loaded) -> list[tuple[str, int, int]]:
    return [(p.kind, p.span.line, p.span.column) for p in loaded.problems]


def test_documents_know_their_file_and_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# head\nkind: A\nspec: 1\n---\n---\nkind: B\nspec: {c: x}\n")
    (tmp_path / "b.json").write_text('{"kind": "C", "spec": 1}')
    loaded = load([str(tmp_path)])
    a, b = str(tmp_path / "a.yaml"), str(tmp_path / "b.json")
    actual = [(d.file, d.first_line, d.data) for d in loaded.documents]
    assert actual == [
        (a, 1, {"kind": "A", "spec": 1}),
        (a, 5, {"kind": "B", "spec": {"c": "x"}}),
        (b, 1, {"kind": "C", "spec": 1}),
    ]
    assert (2, []) == (loaded.files, loaded.problems)
    assert Span(7, 11, 7, 12) == loaded.documents[1].span(("spec", "c"))


def test_a_broken_document_does_not_stop_the_others() -> None:
    loaded = load_text(
        "a: 1\n---\nb: 'x\n---\nc: 3\nc: 4\n---\n- d\n---\nnull\n---\n\te: 1\n---\nf: 6\n"
    )
    assert [{"a": 1}, {"c": 4}, {"f": 6}] == [d.data for d in loaded.documents]
    expected = [
        ("yaml-syntax", 3, 4),
        ("duplicate-key", 6, 1),
        ("not-an-object", 8, 1),
        ("yaml-syntax", 12, 1),
    ]
    assert expected == kinds(loaded)


def test_a_problem_shows_its_line() -> None:
    (problem,) = load_text("a: 1\n---\nkey: b: c\n").problems
    message = (
        "a `:` cannot stand here; indent this line like its neighbours, "
        "or quote the value if the colon is part of it"
    )
    assert Problem("yaml-syntax", message, "-", Span(3, 7, 3, 8), ("key: b: c",)) == problem


def test_problems_stay_on_one_line_and_do_not_show_endless_ones() -> None:
    first, second = load_text("a: !x\n  b: 1\n  c: 2\n---\nb: c: " + "x" * 5_000).problems
    assert (Span(1, 4, 1, 6), ("a: !x",)) == (first.span, first.lines)
    assert (Span(5, 5, 5, 6), ()) == (second.span, second.lines)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n---\n", b"\xef\xbb\xbf"])
def test_files_without_documents_are_problems(text: str | bytes) -> None:
    assert [("empty-file", 1, 1)] == kinds(load_text(text))


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfa: \xc3\xa9\r\nb: 1\r\n---\r\nc: 1\r\n",
        "\ufeffa: é\nb: 1\n---\nc: 1\n".encode("utf-16-le"),
        "\ufeffa: é\nb: 1\n---\nc: 1\n".encode("utf-16-be"),
    ],
)
def test_encodings_and_line_ends_are_understood(text: bytes) -> None:
    loaded = load_text(text)
    assert ([{"a": "é", "b": 1}, {"c": 1}], []) == (
        [d.data for d in loaded.documents],
        kinds(loaded),
    )


def test_bytes_that_are_no_text_spoil_only_their_document() -> None:
    loaded = load_text(b"a: 1\n---\nb: \xe9\n---\nc: \0\n---\nd: 4\n")
    assert [{"a": 1}, {"d": 4}] == [d.data for d in loaded.documents]
    assert [("not-utf8", 3, 4), ("nul-byte", 5, 4)] == kinds(loaded)


def test_a_template_is_one_problem_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "kind: A\nspec: 1\n---\nkind: {{ .Values.x }}\n---\nkind: d: e\n---\n{{ if }}\n"
    )
    (tmp_path / "b.yaml").write_text("kind: B\nspec: 1\n")
    loaded = load([str(tmp_path)])
    assert [{"kind": "B", "spec": 1}] == [d.data for d in loaded.documents]
    assert [("helm-template", 4, 7)] == kinds(loaded)
    assert "`helm template NAME CHART | meshctl analyze -`" in loaded.problems[0].message


@pytest.mark.parametrize("line", ["${urls}", "  $URLS"])
def test_a_variable_on_a_line_of_its_own_is_a_template(line: str) -> None:
    text = "apiVersion: v1\nkind: Pod\nspec:\n  args:\n  - a\n" + line + "\n  hostname: b\n"
    assert [("helm-template", 6)] == [one[:2] for one in kinds(load_text(text.encode()))]


@pytest.mark.parametrize(
    ("fields", "claims"),
    [
        ("metadata: {name: a}\nspec: {}", True),
        ("Kind: Service\nmetadata: {name: a}", True),
        ("kind\u200b: Service\nmetadata: {name: a}", True),
        ("data: {}", True),
        ("baseDomain: a.example\nmetadata: {name: a}", False),
        ("containers: {}\nmetadata: {name: a}", False),
    ],
)
def test_settings_of_tools_are_no_manifests(tmp_path: Path, fields: str, claims: bool) -> None:
    (tmp_path / "a.yaml").write_text(f"apiVersion: v1\n{fields}\n")
    loaded = load([str(tmp_path)])
    assert (claims, not claims) == (bool(loaded.documents), bool(loaded.skipped))


def test_charts_and_kustomizations_are_gaps(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("name: x\n")
    (tmp_path / "kustomization.yaml").write_text("patches: [{path: patch.yaml}]\n")
    (tmp_path / "patch.yaml").write_text("kind: A\n")
    (tmp_path / "mesh.yaml").write_text("kind: B\nmetadata: {}\n")
    loaded = load([str(tmp_path)])
    assert [{"kind": "B", "metadata": {}}] == [d.data for d in loaded.documents]
    here = str(tmp_path)
    assert (Gap("chart", here), Gap("changed by kustomization", here)) == loaded.gaps


def test_what_is_no_manifest_is_skipped_and_counted(tmp_path: Path) -> None:
    texts = {
        "compose.yml": "services:\n  db: {image: x, url: a:::}\n",
        "broken.yml": "hosts: :all:\n- x: b: c\n",
        "lines.json": '{"t": 1}\n{"t": 2}\n',
        "list.json": '[{"a": 1}]',
        "comments.json": '{\n  // strict\n  "strict": true,\n}',
        "tags.yaml": "Resources: {A: !Ref B}\n",
        "twice.yaml": "a: 1\na: 2\n",
        "jinja.yaml": "{% if x %}\na: 1\n{% endif %}\n",
        "grafana.yaml": "apiVersion: 1\ndatasources: []\n",
        "drone.yaml": "kind: pipeline\nname: x\n",
        "empty.yaml": "# nothing\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    loaded = load([str(tmp_path)])
    assert ([], []) == (loaded.documents, kinds(loaded))
    assert 11 == loaded.skipped  # the file with two lines of JSON holds two, the empty one none


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nmetadata: {name: [a\n",
        "kind: Service\n\tmetadata: {}\n",
        '{\n  "apiVersion": "v1",\n  "kind: "Service"}',
        "- apiVersion: v1\n  kind: Service\n",
        "# head\n---\nkind: Service\nspec: a: b\n",
    ],
)
def test_a_broken_manifest_is_no_foreign_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    loaded = load([str(tmp_path)])
    assert (1, 0) == (len(loaded.problems), loaded.skipped)


def names(loaded: Loaded) -> list[str]:
    return [d.data["metadata"]["name"] for d in loaded.documents]


def named(name: str) -> str:
    return f'{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "{name}"}}}}'


@pytest.mark.parametrize(
    ("text", "applied", "problems"),
    [
        (f"---\n{named('a')}\n...\n{named('b')}\n", ["a"], [("dropped-by-kubectl", 4, 1)]),
        (f"{named('a')}\n---\n{named('b')}\n", ["a", "b"], [("refused-by-kubectl", 2, 1)]),
        (f"---\n{named('a')}\n...\n---\n{named('b')}\n", ["a", "b"], []),
        (f"{named('a')}\n\n{named('b')}", ["a", "b"], []),
        (f"# c\n{named('a')}\n{named('b')}", ["a"], [("dropped-by-kubectl", 3, 1)]),
        (f"--- {named('a')}\n", ["a"], [("refused-by-kubectl", 1, 5)]),
        (f"---  # c\n{named('a')}\n", ["a"], []),
        (f"%TAG ! x\n---\n{named('a')}\n", ["a"], [("refused-by-kubectl", 1, 1)]),
    ],
)  # fmt: skip
def test_files_are_cut_as_kubectl_cuts_them(
    text: str, applied: list[str], problems: list[tuple[str, int, int]]
) -> None:
    loaded = load_text(text)
    assert (applied, problems) == (names(loaded), kinds(loaded))


def test_an_unreadable_file_is_a_problem_unless_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    (tmp_path / "a.yaml").write_text("kind: A\nspec: 1\n")
    loaded = load([str(tmp_path)])
    assert ([{"kind": "A", "spec": 1}], [("unreadable-file", 1, 1)]) == (
        [d.data for d in loaded.documents],
        kinds(loaded),
    )


def test_a_named_file_that_cannot_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "read", refuse)
    with pytest.raises(InputError, match="- cannot be read: Permission denied"):
        load(["-"])


def test_a_file_beyond_all_measure_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert [("document-too-large", 1, 1)] == kinds(load_text("a: 1\n---\nb: 2\n"))


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    (tmp_path / "a.yaml").write_text("---\na: 1\n" * 250)
    load([str(tmp_path)], on_progress=lambda done, total: told.append((done, total)))
    assert [(100, 250), (200, 250), (250, 250)] == told


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    was_enabled = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        load_text("a: 1")
        assert enabled == gc.isenabled()
    finally:
        (gc.enable if was_enabled else gc.disable)()


MANY = (
    "".join(
        f"---\nnumber: {number}\nshared: &x [on, {{a: 1.5}}, ~, é]\nagain: *x\n"
        for number in range(300)
    )
    + "---\na: 1\na: 2\n---\nb: c: d\n---\n!x {e: 1}\n"
)


def as_plain(loaded: Loaded) -> object:
    return [(d.first_line, d.text, d.data) for d in loaded.documents], loaded.problems


@pytest.fixture(params=["two processes", "a process that dies"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every load share its work, with processes that answer or die."""
    monkeypatch.setattr(loader, "PARALLEL_FROM", 0)
    monkeypatch.setattr(workers, "available", lambda: 2)
    if request.param == "a process that dies":
        parse, here = loader._parse, os.getpid()

        def die(parts: list[Part]) -> Iterator[object]:
            for done, result in enumerate(parse(parts)):
                if os.getpid() != here and done == 50:
                    os._exit(1)
                yield result

        monkeypatch.setattr(loader, "_parse", die)


@pytest.mark.usefixtures("processes")
def test_processes_change_no_result() -> None:
    parallel = as_plain(load_text(MANY))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "available", lambda: 1)
        assert as_plain(load_text(MANY)) == parallel


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 1_000_000, "nesting-too-deep"),
        ("{" * 1_000_000, "nesting-too-deep"),
        ("- " * 500_000, "nesting-too-deep"),
        ("&a " * 300_000, "yaml-syntax"),
        ("'" * 1_000_001, "yaml-syntax"),
        ('"' * 1_000_000, "yaml-syntax"),
        ("@" * 1_000_000, "yaml-syntax"),
        ("{{ " * 300_000, "nesting-too-deep"),
        ("a: ] {{" + "[" * 1_000_000, "helm-template"),
        ("a: '{{ .Values.x }}'\nb: ] " + "[" * 1_000_000, "yaml-syntax"),
        ("a: " + "x" * 50_000_000, "document-too-large"),
        ("---\n{" + ",\n".join(f"k{n}: {n}" for n in range(50_000)) + "}", None),
        ("---\n" * 100_000, "empty-file"),
        ("...\n" * 100_000, "empty-file"),
        ("# c\n" * 100_000, "empty-file"),
        ("a: &x v\n" * 3_000, "duplicate-key"),
        ("a: '" + "\n" * 1_000_000 + "'", None),
        ("- a\n" * 50_000, "not-an-object"),
    ],
    ids=lambda value: value[:8] if isinstance(value, str) else "fine",
)
def test_hostile_texts_are_read_or_refused(text: str, expected: str | None) -> None:
    loaded = load_text(text)
    assert expected == (loaded.problems[0].kind if loaded.problems else None)
    assert (expected in (None, "duplicate-key")) == bool(loaded.documents)


pieces = st.sampled_from(
    [b"a: ", b"- ", b"\n", b"---\n", b"...\n", b"{", b"}", b"{{ ", b"[", b"'", b'"', b"|\n", b"#", b"&x ",
     b"*x ", b"<<: ", b"!t ", b"\t", b"\0", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"%YAML 1.2\n",
     b"# meshctl: ignore[x]\n"]
)  # fmt: skip


@example(b"\0\n...\n\xef\xbb\xbf")  # a second document of no characters
@given(st.binary() | st.lists(pieces | st.binary(max_size=3), max_size=40).map(b"".join))
def test_the_loader_never_raises(content: bytes) -> None:
    loaded = load_text(content)
    assert loaded.documents or loaded.problems or content.strip()
    for document in loaded.documents:
        assert document.lines(document.first_line, document.span(()).line)
        assert all(comment.line >= document.first_line for comment in document.comments())
    for problem in loaded.problems:
        line, column, end_line, end_column = problem.span
        assert (line, column) <= (end_line, end_column)
        assert line >= 1
