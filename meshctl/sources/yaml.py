"""What does a YAML text say when Kubernetes reads it?

libyaml parses (through PyYAML) and composes nodes that know their place; ``Reader`` turns nodes
into plain data by the rules of sigs.k8s.io/yaml 1.6, which ``scalars`` holds for single values.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from yaml import MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml._yaml import CParser
from yaml.composer import Composer, ComposerError
from yaml.events import AliasEvent
from yaml.tokens import Token

from meshctl.sources import scalars, syntax
from meshctl.sources.syntax import Note, Refused

MAX_DEPTH = 150
"""Levels of nesting that are read. The deepest resource definitions have some 60; libyaml and
every walk over the data recurse, so an unlimited depth would crash the process."""

MAX_ALIASED = 400_000
"""Values that aliases may add to a document: where goyaml 2.4 calls it excessive aliasing."""

MAX_SEPARATORS = 2_000_000
"""Commas, colons and line ends in one document, which bound its values: some 20 MB of ordinary
YAML. A value costs libyaml's nodes about 400 bytes of memory."""

_MERGE = "<<"


class _Depth(Exception):  # noqa: N818 - a signal between two callbacks
    """The text nests deeper than ``MAX_DEPTH``."""


class _NodeParser(CParser):
    """libyaml's composer with PyYAML's tag resolution switched off.

    The three methods are callbacks of ``CParser``: around every node, and to tag an untagged one.
    """

    __slots__ = ("depth",)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def descend_resolver(self, parent: Node | None, index: Node | int | None) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Depth(parent)

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[Node], value: str | None, implicit: object) -> None:
        return None


class _RepeatedAnchorParser(Composer, _NodeParser):
    """Composes as goyaml does when an anchor is defined twice: an alias means the latest.

    ``CParser`` refuses that, and so would ``Composer`` if it knew the earlier anchor.
    """

    def __init__(self, text: str) -> None:
        _NodeParser.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: Node | None, index: Node | int | None) -> Node | None:
        event = self.peek_event()
        if not isinstance(event, AliasEvent):
            self.anchors.pop(event.anchor, None)
        return super().compose_node(parent, index)


def compose(text: str, first_line: int = 1) -> Node | None:
    """Parse one document into nodes, ``None`` for an empty one; otherwise raise ``Refused``."""
    if len(text) > MAX_SEPARATORS and sum(map(text.count, "\n,:")) > MAX_SEPARATORS:
        raise Refused(syntax.too_large(text))
    try:
        return _compose(text)
    except _Depth as signal:
        (parent,) = signal.args
        raise Refused(
            Note(
                "nesting-too-deep",
                f"nested more than {MAX_DEPTH} levels deep here, which no Kubernetes object "
                "needs; remove levels",
                *extent(parent),
            )
        ) from None
    except YAMLError as error:
        raise Refused(syntax.explain(error, text, first_line)) from None


def _compose(text: str) -> Node | None:
    try:
        return _NodeParser(text).get_single_node()
    except ComposerError as error:
        if error.context is None or "duplicate anchor" not in error.context:
            raise
        return _RepeatedAnchorParser(text).get_single_node()


def tokens(text: str) -> Iterator[Token]:
    """List libyaml's tokens; raises YAMLError where it understands no more."""
    parser = CParser(text)
    while (token := parser.get_token()) is not None:
        yield token


def extent(node: Node) -> tuple[int, int]:
    """Say where in the text a node starts and ends."""
    return node.start_mark.index, node.end_mark.index if node.end_mark else node.start_mark.index


def key_name(node: Node) -> str:
    """Read a key as Kubernetes does; a list, a mapping or null raises ValueError."""
    if not isinstance(node, ScalarNode):
        raise ValueError("a list or mapping cannot be a key; quote it if it is meant as text")
    if node.style or node.tag:
        return str(node.value)
    return scalars.key(node.value)


def entries(mapping: MappingNode) -> Iterator[tuple[Node, Node]]:
    """List keys and values in the order in which Kubernetes sets them; later ones win.

    goyaml 2.4 (``decode.go``) sets what ``<<`` merges where it stands, a list of sources from
    its end, so that a merge after a key replaces it. Invalid sources raise ``Refused``.
    """
    for key, value in mapping.value:
        if _is_merge(key):
            sources = reversed(value.value) if isinstance(value, SequenceNode) else (value,)
            for source in sources:
                if not isinstance(source, MappingNode):
                    message = "`<<` merges a mapping or a list of mappings, and this is neither"
                    raise Refused(Note("yaml-syntax", message, *extent(source)))
                yield from entries(source)
        else:
            yield key, value


def _is_merge(key: Node) -> bool:
    return bool(
        isinstance(key, ScalarNode)
        and key.value == _MERGE
        and (key.tag == scalars.CORE + "merge" or not (key.tag or key.style))
    )


class _Plain(dict[str, scalars.Scalar]):
    """Unquoted scalars read so far: manifests repeat themselves."""

    def __missing__(self, text: str) -> scalars.Scalar:
        value = self[text] = scalars.plain(text)
        return value


class _Keys(dict[str, str]):
    """Unquoted keys read so far."""

    def __missing__(self, text: str) -> str:
        name = self[text] = scalars.key(text)
        return name


class Reader:
    """Turns texts into data, one document at a time, and notes what is wrong with them."""

    def __init__(self) -> None:
        self._plain = _Plain()
        self._keys = _Keys()
        self._notes: list[Note] = []
        self._first_line = 1
        self._text = ""

    def read(self, text: str, first_line: int = 1) -> tuple[Any, list[Note]]:
        """Read one document; raises ``Refused`` when Kubernetes could not read it at all."""
        self._notes, self._first_line, self._text = [], first_line, text
        root = compose(text, first_line)
        if root is None:
            return None, []
        if "&" in text:
            _check_aliases(root)
        return self._value(root), list(dict.fromkeys(self._notes))

    def _value(self, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            if not node.tag:
                return node.value if node.style else self._plain_value(node)
            return self._tagged(node)
        if node.tag and not scalars.is_known(node.tag):
            self._note_tag(node)
        if isinstance(node, MappingNode):
            return self._mapping(node)
        return [self._value(item) for item in node.value]

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        result = {}
        keys, value_of = self._keys, self._value
        for key, value in node.value:
            ...
        return result
