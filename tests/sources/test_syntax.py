import pytest

from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import Reader


@pytest.mark.parametrize(
    ("text", "pointed", "words"),
    [
        ("a:\n\tb: 1", "\t", "a tab cannot indent YAML; use spaces"),
        ("a: |\n\tx", "\t", "a tab cannot indent"),
        ("a: b: c", ":", "a `:` cannot stand here"),
        ("a: 1\n b: 2", ":", "indent this line like its neighbours"),
        ("a:\n  b: 1\n c: 2", "c:", "does not continue the mapping that starts on line 7"),
        ('a: "x" y', "y", "the quotes before it"),
        ("- a\nb: 1", "b:", "does not continue the list that starts on line 7"),
        ("a: 1\nfoo\nb: 2", "foo", "the key has no `: ` after it"),
        (
            "a: {b: 1\nc: 2",
            ":",
            "the brace that opens on line 7 is not closed; write the `,` or `}`",
        ),
        ("a: [1, 2\nb: 3", ":", "the bracket that opens on line 7"),
        ("a: 'x\nb: 1", "'x", "the quote that opens here is never closed"),
        ("a: 'x\n---\nb: 1", "'x", "not closed before the next document"),
        ('a: "x\\d"', '\\d"', "`\\d` is no escape in double quotes; write `\\\\d`"),
        ('a: "\\ud83d"', 'd83d"', "no Unicode character"),
        ("- *", "*", "a value that starts with * must be quoted"),
        ("- *.example.com", "*.example.com", "a value that starts with * must be quoted"),
        ("a: &\nb: 1", "&", "a value that starts with & must be quoted"),
        ("a: !<x", "!<x", "a value that starts with ! must be quoted"),
        ("- *foo", "*foo", "no anchor before it has that name"),
        ("a: @x", "@x", "a value that starts with @ must be quoted"),
        ("a: %x", "%x", "a value that starts with % must be quoted"),
        ("a: - b", "-", "a list cannot start here"),
        ("a: ? b", "?", "`? ` cannot stand here"),
        ("a: ]", "]", "a value is missing here"),
        ("a: !e!x 5", "!e!x", "nothing declares it"),
        ("a: | x\n  y", "x", "text cannot follow `|` or `>`"),
        ("{a: 1}\n{b: 2}", "{b:", "a second document starts here; put `---`"),
        ("a: 1\n---\nb: 2", "---", "a second document starts here"),
        ("a: x\x07y", "\x07", "the control character U+0007 is not allowed"),
        ("a: [", "[", "close what is still open"),
        ("%YAML x\n---\na: b", "x", "YAML cannot be read here"),
    ],
)
def test_errors_say_what_to_do_and_point_at_the_cause(text: str, pointed: str, words: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        Reader().read(text, 7)
    note = caught.value.note
    assert ("yaml-syntax", pointed) == (note.kind, text[note.start : note.end])
    assert words in note.message


@pytest.mark.parametrize("text", ["a: [1,\n\n\n", "a: {\n", "'", 'a: "\n\n'])
def test_errors_at_the_end_point_at_the_last_word(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        Reader().read(text)
    note = caught.value.note
    assert text[note.start : note.end].strip() != ""
