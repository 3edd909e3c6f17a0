"""Parses the documents of a text into data, with notes on what is wrong."""

import json
import re
from typing import Any

from meshctl.lazy_pattern import lazy_pattern
from meshctl.yaml import errors as syntax
from meshctl.yaml import scalars
from meshctl.yaml.comments import template_action
from meshctl.yaml.notes import Note, UnreadableError
from meshctl.yaml.reader import MAX_DEPTH, Reader

MAX_CHARACTERS = 32_000_000
"""Length of one document. A cluster takes 3 MB for an object; lists of objects are longer."""

_LONGEST_ACTION = 500
"""Characters of a line, from where it breaks, in which a template action is looked for."""

_OTHER_VERSION = lazy_pattern(r"^%YAML[ \t]+(?!1\.1\b)\S+", re.MULTILINE)
_BRACE = lazy_pattern(r"\s*\{")
_LAST_VARIABLE = lazy_pattern(r"\n[ \t]*+(\$\{\w++\}|\$\w++)[ \t\r]*\Z")
_HELM = lazy_pattern(
    r"\{\{[^}]{0,200}(?:\.(?:Values|Release|Chart|Capabilities|Files)\b|\b(?:include|tpl|template)\s)"
)
_ACTION = lazy_pattern(r"\{\{[^{}\n]{1,60}\}\}")
_CONTENT = lazy_pattern(r"(?:---(?=\s)|#[^\n]*|\s)*+(\S+)")


class Parser:
    """Parses documents one after the other. Nothing in a text makes it raise.

    ``tells_json`` asks for a note where a text begins as JSON and isn't. What ``is_rendered`` is no
    template, whatever its values look like.
    """

    def __init__(self, *, tells_json: bool = False, is_rendered: bool = False) -> None:
        self._reader = Reader()
        self._tells_json = tells_json
        self._is_rendered = is_rendered

    def parse(self, text: str, first_line: int) -> tuple[Any, list[Note]]:
        """Read one document: its data (``None`` if there is no object in it) and what is wrong."""
        try:
            data, notes = self._read(text, first_line)
        except UnreadableError as error:
            return None, [error.note]
        if "%YAML" in text and (directive := _OTHER_VERSION.search(text)):
            message = "Kubernetes reads YAML 1.1 and refuses other versions; delete this line"
            notes.append(Note("yaml-syntax", message, *directive.span()))
        if data is not None and not isinstance(data, dict):
            return None, [*notes, _not_an_object(text, data)]
        return data, notes

    def _read(self, text: str, first_line: int) -> tuple[Any, list[Note]]:
        _check_characters(text)
        no_json: list[Note] = []
        if _BRACE.match(text):
            try:
                return _read_json(text), []
            except (ValueError, RecursionError) as error:
                # No JSON, or with a mistake whose place the YAML parser tells.
                no_json = _no_json(error) if self._tells_json else []
        try:
            data, notes = self._reader.read(text, first_line)
        except UnreadableError as error:
            if error.note.kind == "yaml-syntax" and not self._is_rendered:
                farthest = error.note.start + _LONGEST_ACTION
                line_end = text.find("\n", error.note.start, farthest)
                before = text[: farthest if line_end < 0 else line_end]
                _refuse_template(before, is_broken=True)
                _refuse_variable(before)
            raise
        if not self._is_rendered:
            _refuse_template(text, is_broken=False)
        return data, [*notes, *no_json]


def _check_characters(text: str) -> None:
    """Refuse what no parser should get to see."""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(syntax.too_large(text))
    nul = text.find("\0")
    if nul >= 0:
        message = "a NUL byte cannot be part of YAML; delete it, or check that this is a text file"
        raise UnreadableError(Note("nul-byte", message, nul, nul + 1))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        byte = ord(text[error.start]) & 0xFF
        message = f"the byte 0x{byte:02X} is not UTF-8 here; save the file as UTF-8"
        note = Note("not-utf8", message, error.start, error.start + 1)
        raise UnreadableError(note) from None


def _read_json(text: str) -> Any:
    """Read JSON with the numbers of ``scalars``; raises ValueError on anything unusual in it."""
    data = json.loads(
        text,
        object_pairs_hook=_object,
        parse_float=scalars.plain,
        parse_constant=_refuse_constant,
    )
    from meshctl.plain_objects import is_deeper  # noqa: PLC0415 - few documents are JSON

    if is_deeper(data, MAX_DEPTH):
        raise ValueError("nested too deep")
    if "\\ud" in text or "\\uD" in text:
        json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair is no text
    return data


def _no_json(error: Exception) -> list[Note]:
    """Say where JSON breaks, for whoever reads the text as nothing else."""
    if not isinstance(error, json.JSONDecodeError):
        return []
    message = "kubectl reads a file that starts with `{` as JSON and refuses this"
    advice = "write JSON (names in quotes, no comma at the end), or put `---` above to have YAML"
    return [Note("refused-by-kubectl", f"{message}; {advice}", error.pos, error.pos + 1)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key is repeated")
    return result


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _refuse_template(text: str, *, is_broken: bool) -> None:
    start = template_action(text, is_broken=is_broken) if "{{" in text else None
    if start is None:
        return
    message = "this is a Helm template; analyse what it renders: `helm template NAME CHART | meshctl analyze -`"
    if not _HELM.search(text):
        action = _ACTION.match(text, start)
        shown = action[0] if action is not None else "what stands between {{ and }}"
        message = f"{shown} stands for a value, so this is a template; analyse what is made of it"
    raise UnreadableError(Note("helm-template", message, start, start + 2))


def _refuse_variable(text: str) -> None:
    """Take a text that breaks at a line of nothing but a variable for a template of others."""
    match = _LAST_VARIABLE.search(text)
    if match:
        message = f"{match[1]} stands on a line of its own, so this is a template; analyse what is"
        note = Note("helm-template", f"{message} made of it", *match.span(1))
        raise UnreadableError(note)


def _not_an_object(text: str, data: Any) -> Note:
    match = _CONTENT.match(text)
    span = match.span(1) if match else (0, 1)
    if isinstance(data, list):
        message = "this document is a list; write its objects as documents, parted by `---`"
    else:
        message = "this document is a single value, not an object; delete it"
    return Note("not-an-object", message, *span)
