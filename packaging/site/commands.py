"""Describes every command as it declares itself, as Markdown and as pages of the manual."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import typer

from meshctl import __version__
from meshctl.cli.app import app


class Entry(NamedTuple):
    """An argument or an option: how it is written, and what it does."""

    written: str
    text: str


class Command(NamedTuple):
    """One command: its words without the program's, and what it says of itself."""

    words: tuple[str, ...]
    summary: str
    usage: str
    paragraphs: tuple[str, ...]
    arguments: tuple[Entry, ...]
    options: tuple[Entry, ...]
    commands: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """How it is called: ``meshctl generate service``."""
        return " ".join(("meshctl", *self.words))

    @property
    def stem(self) -> str:
        """What its page is called: ``generate-service``; ``meshctl`` for the program itself."""
        return "-".join(self.words) or "meshctl"


def every_command() -> Iterator[Command]:
    """Describe the program, then its commands in their order, those of groups after the group."""
    root = typer.main.get_command(app)
    yield from _walk(root, None, (), "Find what is wrong with an Istio mesh.")


def _walk(command: Any, parent: Any, words: tuple[str, ...], summary: str) -> Iterator[Command]:
    name = words[-1] if words else "meshctl"
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    table = getattr(command, "table", {})
    yield Command(
        words,
        summary,
        re.sub(r"\s+", " ", command.get_usage(context).removeprefix("Usage: ")),
        tuple(" ".join(part.split()) for part in (command.help or summary).split("\n\n")),
        tuple(_entries(command, context, "argument")),
        tuple(_entries(command, context, "option")),
        tuple(Entry(one, text) for one, (_, text) in table.items()),
    )
    for one, (_, text) in table.items():
        yield from _walk(command.get_command(context, one), context, (*words, one), text)


def _entries(command: Any, context: Any, kind: str) -> Iterator[Entry]:
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if param.param_type_name == kind and record is not None:
            yield Entry(*(" ".join(part.split()) for part in record))


def markdown(command: Command) -> str:
    """Write the page of the reference."""
    parts = [f"# {command.name}", f"```\n{command.usage}\n```", *map(_escaped, command.paragraphs)]
    for title, entries in _sections(command):
        rows = "".join(f"| {_code(one.written)} | {_escaped(one.text)} |\n" for one in entries)
        parts.append(f"## {title}\n\n| | |\n|---|---|\n{rows}".rstrip())
    return "\n\n".join(parts) + "\n"


def _sections(command: Command) -> list[tuple[str, tuple[Entry, ...]]]:
    sections = (
        ("Commands", command.commands),
        ("Arguments", command.arguments),
        ("Options", command.options),
    )
    return [(title, entries) for title, entries in sections if entries]


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _escaped(text: str) -> str:
    """Keep what stands in backquotes, and let nothing else be markup."""
    parts = text.split("`")
    plain = [re.sub(r"([<>*_\[\]|])", r"\\\1", part) for part in parts[::2]]
    code = [part.replace("|", "\\|") for part in parts[1::2]]
    mixed = [part for pair in zip(plain, [*code, ""], strict=False) for part in pair]
    return "`".join(mixed[:-1])


def manual(command: Command, others: list[Command]) -> str:
    """Write the page of the manual, in roff."""
    title = "-".join(("meshctl", *command.words))
    body = [
        f'.TH "{title.upper()}" 1 "" "meshctl {__version__}" "meshctl"',
        ".SH NAME",
        f"{_roff(title)} \\- {_roff(command.summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        _roff(command.usage),
        ".SH DESCRIPTION",
        "\n.PP\n".join(map(_roff, command.paragraphs)),
    ]
    for heading, entries in _sections(command):
        body.append(f".SH {heading.upper()}")
        for one in entries:
            body += [".TP", f"\\fB{_roff(one.written)}\\fR", _roff(one.text)]
    related = ["-".join(("meshctl", *one.words)) for one in others if _is_near(one, command)]
    if related:
        body += [".SH SEE ALSO", ", ".join(f"\\fB{_roff(one)}\\fR(1)" for one in related)]
    return "\n".join(body) + "\n"


def _is_near(one: Command, command: Command) -> bool:
    """Is it the parent, or a part of the command?"""
    return one.words in {command.words[:-1]} - {command.words} or (
        one.words[:-1] == command.words and one.words != command.words
    )


def _roff(text: str) -> str:
    """Let nothing of a text be a request of roff, and keep hyphens what they are."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{shown}" if shown[:1] in {".", "'"} else shown
