import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.yaml.splitter import decode, split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n  \n", []),
        ("# only a comment", []),
        ("---\n---\n# c\n---\n", []),
        ("...\n...\n", []),
        ("a: 1", [(1, "a: 1")]),
        ("a: 1\n---\nb: 2\n", [(1, "a: 1\n"), (2, "---\nb: 2\n")]),
        ("---\na: 1\n---\n---\nb: 2", [(1, "---\na: 1\n"), (4, "---\nb: 2")]),
        ("# c\n\n---\na: 1", [(1, "# c\n\n---\na: 1")]),
        ("%YAML 1.1\n# c\n---\na: 1", [(1, "%YAML 1.1\n# c\n---\na: 1")]),
        ("--- # c\na: 1", [(1, "--- # c\na: 1")]),
        ("a: 1\n--- {b: 2}\n--- |\n c\n", [(1, "a: 1\n"), (2, "--- {b: 2}\n"), (3, "--- |\n c\n")]),
        ("a: 1\n...\nb: 2", [(1, "a: 1\n...\n"), (3, "b: 2")]),
        ("a: 1\n...\n# c\n---\nb: 2", [(1, "a: 1\n...\n"), (3, "# c\n---\nb: 2")]),
        ("a: 1\n... # end", [(1, "a: 1\n... # end")]),
        ("a: |\n  ---\n  b\n---\nc: 1", [(1, "a: |\n  ---\n  b\n"), (4, "---\nc: 1")]),
        ("a: 1\n---b: 2\n----\n", [(1, "a: 1\n---b: 2\n----\n")]),
        ("a: 'x\n---\nb: 2", [(1, "a: 'x\n"), (2, "---\nb: 2")]),
        ("a: 1\r\n---\r\nb: 2\r\n", [(1, "a: 1\r\n"), (2, "---\r\nb: 2\r\n")]),
        ("a: 1\n---", [(1, "a: 1\n")]),
        ("a: 1\n---\tb", [(1, "a: 1\n"), (2, "---\tb")]),
    ],
)
def test_documents_start_at_their_markers(text: str, expected: list[tuple[int, str]]) -> None:
    assert expected == list(split(text))


@given(st.lists(st.sampled_from(["---", "...", "# c", "a: 1", "", "--- x", "%Y", " - b"])))
def test_every_line_of_text_is_in_one_document_at_its_number(lines: list[str]) -> None:
    found: dict[int, str] = {}
    for first_line, text in split("\n".join(lines)):
        for number, line in enumerate(text.removesuffix("\n").split("\n"), first_line):
            assert number not in found
            found[number] = line
    content = {n: line for n, line in enumerate(lines, 1) if line in ("a: 1", "--- x", " - b")}
    assert content.items() <= found.items()
    assert all(lines[number - 1] == line for number, line in found.items())


@pytest.mark.parametrize(
    "content",
    [
        b"a: \xc3\xa9",
        b"\xef\xbb\xbfa: \xc3\xa9",
        "\ufeffa: é".encode("utf-16-le"),
        "\ufeffa: é".encode("utf-16-be"),
    ],
)
def test_byte_order_marks_decide_the_encoding(content: bytes) -> None:
    assert "a: é" == decode(content)


def test_other_bytes_survive_decoding() -> None:
    assert "a: \udce9" == decode(b"a: \xe9")
