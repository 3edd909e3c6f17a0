"""The nodes of a parsed template."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a template; ``offset`` is its place in the text."""

    offset: int


@dataclass(frozen=True, slots=True)
class TextNode(Node):
    """Literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Nil(Node):
    """The word ``nil``."""


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """The current value."""


@dataclass(frozen=True, slots=True)
class Function(Node):
    """The name of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class FieldNode(Node):
    """``.A.B`` of an operand, of the current value without one."""

    operand: Node
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """``$name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Command(Node):
    """An operand, or a function or method with its arguments."""

    words: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Pipe(Node):
    """Commands joined by ``|``, the value of which may go to variables."""

    variables: tuple[str, ...]
    declares: bool
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Action(Node):
    """``{{pipe}}``."""

    pipe: Pipe


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """``if``, ``with`` or ``range``."""

    word: str
    pipe: Pipe
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``{{template "name" pipe}}``."""

    name: str
    pipe: Pipe | None


@dataclass(frozen=True, slots=True)
class Jump(Node):
    """``break`` or ``continue``."""

    word: str
