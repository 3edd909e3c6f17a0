"""Reads YAML as Kubernetes does.

libyaml parses (through PyYAML) and composes nodes that know their place; ``Reader`` turns nodes
into plain data by the rules of sigs.k8s.io/yaml 1.6, which ``scalars`` holds for single values.
"""

from collections.abc import Iterator
from typing import Any

from yaml import MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml._yaml import CParser
from yaml.composer import Composer, ComposerError
from yaml.events import AliasEvent

from meshctl.yaml import errors as syntax
from meshctl.yaml import scalars
from meshctl.yaml.notes import Note, UnreadableError

MAX_DEPTH = 150
"""Levels of nesting that are read. The deepest resource definitions have some 60; libyaml and
every walk over the data recurse, so an unlimited depth would crash the process."""

MAX_ALIASED = 400_000
"""Values that aliases may add to a document: where goyaml 2.4 calls it excessive aliasing."""

MAX_SEPARATORS = 2_000_000
"""Commas, colons and line ends in one document: a bound on its values, as each needs some 400
bytes while it is a node. Ordinary YAML of 20 MB stays below it."""

MAX_NOTES = 100
"""Mistakes reported in one document."""

_MERGE = "<<"


class _TooDeepError(Exception):
    """The text nests deeper than ``MAX_DEPTH``; carries the innermost node."""


class _NodeParser(CParser):
    """libyaml's composer without PyYAML's tags and types.

    ``CParser`` calls the three methods back: before and after each node, and to tag it.
    """

    __slots__ = ("depth",)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def descend_resolver(self, parent: Node, _index: Node | int | None) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooDeepError(parent)

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, _kind: type[Node], _value: str | None, _implicit: object) -> None:
        return None


class _RepeatedAnchorParser(Composer, _NodeParser):
    """Composes a text that defines an anchor twice: as in goyaml, an alias means the latest.

    ``CParser`` refuses that, and so would ``Composer`` if it still knew the earlier one.
    """

    def __init__(self, text: str) -> None:
        _NodeParser.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()
        if not isinstance(event, AliasEvent):
            self.anchors.pop(event.anchor, None)
        return super().compose_node(parent, index)


def compose(text: str, first_line: int = 1) -> Node | None:
    """Parse one document into nodes, ``None`` when it is empty."""
    if len(text) > MAX_SEPARATORS and sum(map(text.count, "\n,:")) > MAX_SEPARATORS:
        raise UnreadableError(syntax.too_large(text))
    try:
        try:
            return _NodeParser(text).get_single_node()
        except ComposerError as error:
            if "duplicate anchor" not in (error.context or ""):
                raise
            return _RepeatedAnchorParser(text).get_single_node()
    except _TooDeepError as error:
        raise _too_deep(error.args[0]) from None
    except YAMLError as error:
        raise UnreadableError(syntax.explain(error, text, first_line)) from None


def extent(node: Node) -> tuple[int, int]:
    """Say where in the text a node starts and ends."""
    start = node.start_mark.index
    return start, node.end_mark.index if node.end_mark else start + 1


def key_name(key: Node) -> str:
    """Read a key as Kubernetes does; what cannot be a key raises ValueError."""
    if not isinstance(key, ScalarNode):
        message = "a list or mapping cannot be a key; quote it if it is meant as text"
        raise ValueError(message)  # noqa: TRY004 - the content is wrong, not the call
    name: str = key.value if key.style or key.tag else scalars.key(key.value)
    return name


def entries(mapping: MappingNode) -> Iterator[tuple[Node, Node]]:
    """List keys and values, merged ones included, in the order in which Kubernetes sets them.

    The last of a name wins. goyaml 2.4 (``decode.go``) merges at the place of ``<<``, so that a
    merge after a key replaces it, and goes through a list of sources from its end.
    """
    for key, value in mapping.value:
        if _is_merge(key):
            for source in _merge_sources(value):
                yield from entries(source)
        else:
            yield key, value


def _is_merge(key: Node) -> bool:
    if not isinstance(key, ScalarNode) or key.value != _MERGE:
        return False
    return key.tag == scalars.CORE + "merge" if key.tag else not key.style


def _merge_sources(value: Node) -> list[MappingNode]:
    nodes: list[Any] = value.value[::-1] if isinstance(value, SequenceNode) else [value]
    for node in nodes:
        if not isinstance(node, MappingNode):
            message = "`<<` merges a mapping or a list of mappings, and this is neither"
            raise UnreadableError(Note("yaml-syntax", message, *extent(node)))
    return nodes


class _Plain(dict[str, scalars.Scalar]):
    """The unquoted scalars read so far, since manifests repeat themselves."""

    def __missing__(self, text: str) -> scalars.Scalar:
        value = self[text] = scalars.plain(text)
        return value


class _Keys(dict[str, str]):
    """The unquoted keys read so far."""

    def __missing__(self, text: str) -> str:
        name = self[text] = scalars.key(text)
        return name


class Reader:
    """Turns texts into data, one document after the other, and notes what is wrong with them."""

    def __init__(self) -> None:
        self._plain = _Plain()
        self._keys = _Keys()
        self._notes: dict[Note, None] = {}
        self._first_line = 1

    def read(self, text: str, first_line: int = 1) -> tuple[Any, list[Note]]:
        """Read one document; raises ``UnreadableError`` when Kubernetes could not read it."""
        _, data = self.read_nodes(text, first_line)
        return data, list(self._notes)

    def read_nodes(self, text: str, first_line: int = 1) -> tuple[Node | None, Any]:
        """Read one document as ``read`` does, and give its nodes with the data."""
        self._notes = {}
        self._first_line = first_line
        root = compose(text, first_line)
        if root is None:
            return None, None
        if "&" in text:
            _check_aliases(root)
        return root, self._value(root)

    def _value(self, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if node.tag and not scalars.is_known(node.tag):
            self._note_tag(node)
        if isinstance(node, MappingNode):
            return self._mapping(node)
        return [self._value(item) for item in node.value]

    def _scalar(self, node: ScalarNode) -> scalars.Scalar:
        try:
            if not node.tag:
                return node.value if node.style else self._plain[node.value]
            if not scalars.is_known(node.tag):
                self._note_tag(node)
            return scalars.tagged(node.tag, node.value)
        except ValueError as error:
            self._note("yaml-syntax", str(error), node)
            return str(node.value)

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        result: dict[str, Any] = {}
        keys = self._keys
        merges = False
        try:
            for key, value in node.value:
                if key.__class__ is ScalarNode and not (key.style or key.tag):
                    name = keys[key.value]
                else:
                    name = key_name(key)
                if name == _MERGE and _is_merge(key):
                    merges = True
                    for source in _merge_sources(value):
                        result.update(self._mapping(source))
                else:
                    result[name] = self._value(value)
        except ValueError as error:
            raise UnreadableError(Note("yaml-syntax", str(error), *extent(key))) from None
        if merges or len(result) != len(node.value):
            self._note_repeated_keys(node)
        return result

    def _note_repeated_keys(self, node: MappingNode) -> None:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if _is_merge(key):
                continue
            name = key_name(key)
            if name in lines:
                message = f"key `{name}` is already on line {lines[name]}; the last one wins"
                self._note("duplicate-key", f"{message}, so delete one", key)
            lines[name] = self._first_line + key.start_mark.line

    def _note_tag(self, node: Node) -> None:
        message = f"Kubernetes ignores the tag `{scalars.shown(node.tag)}` and reads the bare value"
        self._note("unknown-tag", f"{message}; delete the tag", node)

    def _note(self, kind: str, message: str, node: Node) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes[Note(kind, message, *extent(node))] = None


def _too_deep(node: Node) -> UnreadableError:
    message = f"nested more than {MAX_DEPTH} levels deep, which no Kubernetes object needs"
    return UnreadableError(Note("nesting-too-deep", f"{message}; remove levels", *extent(node)))


def _check_aliases(root: Node) -> None:
    """Refuse a document whose aliases blow it up, nest it too deep or tie it to itself."""
    sizes: dict[Node, tuple[int, int] | None] = {}
    aliased = 0

    def measure(node: Node) -> tuple[int, int]:
        """Count the values and levels below a node with its aliases written out."""
        nonlocal aliased
        if node in sizes:
            known = sizes[node]
            if known is None:
                message = "this anchor contains an alias to itself; write the value out"
                raise UnreadableError(Note("alias-bomb", message, *extent(node)))
            aliased += known[0]
            return known
        sizes[node] = None
        size = levels = 1
        for child in _children(node):
            below = measure(child)
            size += below[0]
            levels = max(levels, below[1] + 1)
        if aliased > MAX_ALIASED:
            message = f"aliases expand this document to more than {MAX_ALIASED:,} values"
            raise UnreadableError(Note("alias-bomb", f"{message}; write it out", *extent(node)))
        if levels > MAX_DEPTH:
            raise _too_deep(node)
        sizes[node] = size, levels
        return size, levels

    measure(root)


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return node.value if isinstance(node, SequenceNode) else []


def parse_one(text: str) -> Any:
    """Read a text that holds one document; raises ValueError that says where it is wrong."""
    try:
        return Reader().read(text)[0]
    except UnreadableError as error:
        note = error.note
        line = text.count("\n", 0, note.start) + 1
        raise ValueError(f"line {line}: {note.message}") from None
