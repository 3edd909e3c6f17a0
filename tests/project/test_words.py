"""Messages quote what users wrote as they wrote it, and count with the right words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshctl.words import amount, quoted, with_article

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "meshctl" / "rules").glob("*/*.py"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"/a\.html", r"'/a\.html'"),
        ("it's", '"it\'s"'),
        ("café", "'café'"),
        ("", "''"),
        ("a\x1b[31m", "'a\u241b[31m'"),
        ("a\nb", "'a\u240ab'"),
        ("a\u202eb", "'a\ufffdb'"),
        (80, "80"),
        (None, "None"),
    ],
)
def test_text_of_users_is_quoted_as_it_was_written(text, shown) -> None:
    assert shown == quoted(text)


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (0, "error", "0 errors"),
        (1, "policy", "1 policy"),
        (2, "policy", "2 policies"),
        (2, "gateway", "2 gateways"),
        (3, "match", "3 matches"),
        (2, "RequestAuthentication", "2 RequestAuthentications"),
    ],
)
def test_amounts(number, noun, words) -> None:
    assert words == amount(number, noun)


@pytest.mark.parametrize(
    "words",
    [
        "an HTTPS server", "an HTTP2 port", "a TLS server", "a TCP port", "a GRPC port",
        "a MONGO port", "an AuthorizationPolicy", "a UDP port", "a SIMPLE mode", "an ISTIO_MUTUAL",
        "a uri", "a host", "an unknown kind", "an MTLS mode", "an authority", "a URL",
    ],
)  # fmt: skip
def test_articles_go_by_the_sound(words) -> None:
    assert words == with_article(words.partition(" ")[2])


def test_no_message_quotes_by_repr() -> None:
    """``!r`` doubles the backslashes of a regex; ``quoted`` shows what stands in the file."""
    wrong = re.compile(r"\{[^{}]*!r\}")
    found = [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / "meshctl").rglob("*.py"))
        if wrong.search(file.read_text())
    ]
    assert [] == found


@pytest.mark.parametrize("file", RULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_fixes_say_what_to_change(file: Path) -> None:
    """A fix that only points at the message, or has no noun, helps nobody."""
    text = ast.get_docstring(ast.parse(file.read_text())) or ""
    fix = text.partition("Fix: ")[2]
    assert not re.match(r"follow |(mend|split|remove|change|correct|keep|move|report) it\b", fix)
    assert "as the message says" not in fix


@pytest.mark.parametrize("file", RULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_messages_name_their_subject(file: Path) -> None:
    """The first words of what is passed to ``Finding`` are no bare pronoun or verb."""
    bare = re.compile(
        r"(it|they|is|never|lets|gets|sends|does|doesn't|isn't) |(this|that) (is|has|means|gets)\b"
    )
    first = [_first_words(call.args[1]) for call in _findings(file) if len(call.args) > 1]
    assert [] == [words for words in first if bare.match(words)]


def _findings(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
            yield node


def _first_words(message: ast.expr) -> str:
    part = message.values[0] if isinstance(message, ast.JoinedStr) else message
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""


def test_what_is_said_of_another_place_reads_after_the_name_of_one_object() -> None:
    """``see Gateway shop/a: are the hosts`` has no subject that fits."""
    wrong = [
        f"{file.name}:{node.lineno}"
        for file in RULES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "also"
        and any(re.match(r"['\"](are|were|have) ", ast.unparse(one)) for one in node.args)
    ]
    assert [] == wrong
