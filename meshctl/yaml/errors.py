"""Says libyaml's errors in plain words."""

from yaml import MarkedYAMLError, YAMLError

from meshctl.lazy_pattern import lazy_pattern
from meshctl.yaml.notes import Note

_TAB = "a tab cannot indent YAML; use spaces"
_SECOND_DOCUMENT = (
    "a second document starts here; put `---` on a line of its own before it, "
    "or check the indentation of this line"
)
_SENTENCES = {
    "mapping values are not allowed in this context": (
        "a `:` cannot stand here; indent this line like its neighbours, "
        "or quote the value if the colon is part of it"
    ),
    "did not find expected key": (
        "the line does not continue the mapping that starts on line {opened}; "
        "check its indentation and the quotes before it"
    ),
    "did not find expected '-' indicator": (
        "the line does not continue the list that starts on line {opened}; "
        "start it with `- `, or check its indentation"
    ),
    "did not find expected ',' or '}'": (
        "the brace that opens on line {opened} is not closed; write the `,` or `}}` missing here"
    ),
    "did not find expected ',' or ']'": (
        "the bracket that opens on line {opened} is not closed; write the `,` or `]` missing here"
    ),
    "could not find expected ':'": (
        "the key has no `: ` after it; add it, or indent the line if it continues the value above"
    ),
    "found unexpected end of stream": "the quote that opens here is never closed; close it",
    "found unexpected document indicator": (
        "the quote that opens here is not closed before the next document; close it"
    ),
    "found unknown escape character": (
        "`\\{next}` is no escape in double quotes; write `\\\\{next}`, or use single quotes"
    ),
    "found invalid Unicode character escape code": (
        "this escape names no Unicode character; write the character itself"
    ),
    "found undefined alias": (
        "`*` makes this an alias, and no anchor before it has that name; "
        'quote the value if the star is part of it, as in "*"'
    ),
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "block sequence entries are not allowed in this context": (
        "a list cannot start here; put `- ` on a line of its own under its key"
    ),
    "mapping keys are not allowed in this context": (
        "`? ` cannot stand here; quote the value if the question mark is part of it"
    ),
    "did not find expected node content": (
        "a value is missing here; write it (or null), or close what is still open"
    ),
    "did not find expected <document start>": _SECOND_DOCUMENT,
    "expected a single document in the stream": _SECOND_DOCUMENT,
    "but found another document": _SECOND_DOCUMENT,
    "found undefined tag handle": (
        "`!` makes this a tag, and nothing declares it; quote the value if the mark is part of it"
    ),
    "did not find expected comment or line break": (
        "text cannot follow `|` or `>` on the same line; put it on the next line, indented"
    ),
}
_SIGILS = {
    "while scanning an alias": "*",
    "while scanning an anchor": "&",
    "while scanning a tag": "!",
}
_POINT_AT_CONTEXT = frozenset({
    "could not find expected ':'",
    "found unexpected end of stream",
    "found unexpected document indicator",
})  # fmt: skip
_UNFILLED = lazy_pattern(r"%[A-Za-z_][A-Za-z0-9_.-]*%|@[A-Z][A-Z0-9_]*@")
_WORD = lazy_pattern(r"\S+")
_FORBIDDEN = lazy_pattern("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def explain(error: YAMLError, text: str, first_line: int = 1) -> Note:
    """Reword an error of the parser and point at the word that causes it."""
    if not isinstance(error, MarkedYAMLError):
        return _control_character(text)
    problem, context = error.problem or "", error.context or ""
    mark, opening = error.problem_mark, error.context_mark
    if opening and (not mark or context in _SIGILS or problem in _POINT_AT_CONTEXT):
        mark = opening
    start, end = _word_at(text, mark.index if mark else 0)
    if context in _SIGILS and problem not in _SENTENCES:
        message = f"a value that starts with {_SIGILS[context]} must be quoted"
    elif problem == "found character that cannot start any token":
        if template := _unfilled(text, start):
            return template
        character = text[start : start + 1]
        message = (
            _TAB if character == "\t" else f"a value that starts with {character} must be quoted"
        )
    elif sentence := _SENTENCES.get(problem):
        message = sentence.format(
            opened=first_line + opening.line if opening else first_line,
            next=text[start + 1 : start + 2],
        )
    else:
        message = f"YAML cannot be read here: {' '.join(filter(None, (context, problem)))}"
    return Note("yaml-syntax", message, start, end)


def _unfilled(text: str, start: int) -> Note | None:
    """Take a value that starts with ``%NAME%`` for one that a program puts in."""
    match = _UNFILLED.match(text, start)
    if match is None:
        return None
    message = f"{match[0]} stands for a value, so this is a template; analyse what is made of it"
    return Note("helm-template", message, *match.span())


def too_large(text: str) -> Note:
    """Say that a document is beyond what any cluster accepts."""
    return Note(
        "document-too-large",
        f"this document of {len(text):,} characters is too large to be analysed, and a cluster "
        "accepts 3 MB at most; split it, a list into one document per object",
        *_word_at(text, 0),
    )


def _control_character(text: str) -> Note:
    match = _FORBIDDEN.search(text)
    start = match.start() if match else 0
    code = f"U+{ord(text[start]):04X} " if match else ""
    return Note(
        "yaml-syntax",
        f"the control character {code}is not allowed in YAML; delete it, "
        "or write it as an escape in double quotes",
        start,
        start + 1,
    )


def _word_at(text: str, offset: int) -> tuple[int, int]:
    """Find the word at an offset; past the end, the last character of the text."""
    if offset >= len(text.rstrip()):
        offset = max(len(text.rstrip()) - 1, 0)
    match = _WORD.match(text, offset)
    return offset, match.end() if match else offset + 1
