"""Parses the tokens of a template into nodes (text/template/parse/parse.go)."""

from collections.abc import Callable, Container, Sequence

from meshctl.inject.go_template import literals
from meshctl.inject.go_template.errors import TemplateError, TemplateSource
from meshctl.inject.go_template.lexer import Token, tokens
from meshctl.inject.go_template.nodes import (  # fmt: skip
    Action,
    Branch,
    Call,
    Command,
    Dot,
    FieldNode,
    Function,
    Jump,
    Literal,
    Nil,
    Node,
    Pipe,
    TextNode,
    Variable,
)
from meshctl.words import quoted

Body = tuple[Node, ...]
_END = Token("end", "the end of the template", 0)
_MAX_DEPTH = 100
"""Parentheses and blocks inside each other."""


def parse(source: TemplateSource, functions: Container[str]) -> dict[str, Body]:
    """Give the templates of a text by name; the text itself goes by the name of the source."""
    return _TemplateParser(source, functions).parse()


class _TemplateParser:
    def __init__(self, source: TemplateSource, functions: Container[str]) -> None:
        self._source = source
        self._functions = functions
        self._tokens: Sequence[Token] = tuple(tokens(source))
        self._next = 0
        self._templates: dict[str, Body] = {}
        self._variables = ["$"]
        self._loops = 0
        self._depth = 0

    def parse(self) -> dict[str, Body]:
        body, end = self._body(())
        if end.kind != "end":
            raise self._unexpected(end)
        return {self._source.name: body, **self._templates}

    def _peek(self) -> Token:
        if self._next < len(self._tokens):
            return self._tokens[self._next]
        return _END._replace(offset=len(self._source.text))

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _expect(self, kind: str, what: str) -> Token:
        token = self._take()
        if token.kind != kind:
            raise self._source.error(f"expected {what}, found {token.text}", token.offset)
        return token

    def _unexpected(self, token: Token) -> TemplateError:
        return self._source.error(f"unexpected {token.text}", token.offset)

    def _body(self, ends: tuple[str, ...]) -> tuple[Body, Token]:
        """Read until one of the words that end this body, which is returned too."""
        nodes: list[Node] = []
        self._descend()
        while (token := self._take()).kind != "end":
            if token.kind == "text":
                nodes.append(TextNode(token.offset, token.text))
                continue
            word = self._peek()
            if word.kind == "word" and word.text in ends:
                self._depth -= 1
                return tuple(nodes), self._take()
            node = self._action(token)
            if node is not None:
                nodes.append(node)
        if ends:
            raise self._source.error(f"expected {ends[0]} before the end", token.offset)
        return tuple(nodes), token

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._source.error("nests too deep", self._peek().offset)

    def _action(self, opening: Token) -> Node | None:
        word = self._peek()
        keywords: dict[str, Callable[[Token], Node | None]] = {
            "if": self._branch, "with": self._branch, "range": self._branch,
            "template": self._call, "define": self._define, "block": self._block,
            "break": self._jump, "continue": self._jump,
        }  # fmt: skip
        if word.kind == "word" and word.text in {"else", "end"}:
            raise self._unexpected(word)
        if word.kind == "word" and word.text in keywords:
            return keywords[word.text](self._take())
        if word.kind == "close":
            raise self._source.error("missing value for command", opening.offset)
        return Action(opening.offset, self._pipe("close"))

    def _branch(self, word: Token) -> Branch:
        known = len(self._variables)
        pipe = self._pipe("close", range_clause=word.text == "range")
        inside = len(self._variables)
        is_loop = word.text == "range"
        self._loops += is_loop
        body, end = self._body(("end", "else"))
        self._loops -= is_loop
        del self._variables[inside:]
        otherwise: Body = ()
        if end.text == "else":
            chained = self._peek()
            if chained.kind == "word" and chained.text == word.text and word.text != "range":
                otherwise = (self._branch(self._take()),)
            else:
                self._expect("close", "}}")
                otherwise, _ = self._body(("end",))
                self._expect("close", "}}")
        else:
            self._expect("close", "}}")
        del self._variables[known:]
        return Branch(word.offset, word.text, pipe, body, otherwise)

    def _name(self) -> str:
        token = self._take()
        if token.kind not in {"string", "raw"}:
            raise self._source.error("expected the name of a template", token.offset)
        return literals.text(token, self._source)

    def _call(self, word: Token) -> Call:
        name = self._name()
        if self._peek().kind == "close":
            self._take()
            return Call(word.offset, name, None)
        return Call(word.offset, name, self._pipe("close"))

    def _define(self, _word: Token) -> None:
        name = self._name()
        self._expect("close", "}}")
        self._add_template(name)

    def _block(self, word: Token) -> Call:
        name = self._name()
        pipe = self._pipe("close")
        self._add_template(name)
        return Call(word.offset, name, pipe)

    def _add_template(self, name: str) -> None:
        outer, self._variables = self._variables, ["$"]
        loops, self._loops = self._loops, 0
        self._templates[name], _ = self._body(("end",))
        self._expect("close", "}}")
        self._variables, self._loops = outer, loops

    def _jump(self, word: Token) -> Jump:
        if not self._loops:
            raise self._source.error(f"{{{{{word.text}}}}} outside {{{{range}}}}", word.offset)
        self._expect("close", "}}")
        return Jump(word.offset, word.text)

    def _pipe(self, end: str, *, range_clause: bool = False) -> Pipe:
        start = self._peek()
        variables, declares = self._declaration(range_clause=range_clause)
        commands: list[Command] = []
        while True:
            commands.append(self._command())
            token = self._take()
            if end in {token.kind, token.text}:
                break
            if token.text != "|":
                raise self._unexpected(token)
        for later in commands[1:]:
            if not isinstance(later.words[0], Function | FieldNode):
                message = "only a function or method can take the value of a pipeline"
                raise self._source.error(message, later.offset)
        if declares:
            self._variables += variables
        return Pipe(start.offset, variables, declares, tuple(commands))

    def _declaration(self, *, range_clause: bool) -> tuple[tuple[str, ...], bool]:
        """Read ``$x :=``, ``$x =`` or, in a range, ``$i, $x :=``."""
        ahead = self._tokens[self._next : self._next + 4]
        if not ahead or ahead[0].kind != "variable":
            return (), False
        names: tuple[str, ...] = ()
        texts = [token.text for token in ahead[1:]]
        if texts and texts[0] in {":=", "="}:
            names = (ahead[0].text,)
        elif range_clause and texts[:1] == [","] and texts[2:] and texts[2] in {":=", "="}:
            names = (ahead[0].text, ahead[2].text)
        if not names:
            return (), False
        self._next += 2 * len(names)
        declares = texts[2 * len(names) - 2] == ":="
        if not declares:
            for name in names:
                self._check_variable(name, ahead[0].offset)
        return names, declares

    def _check_variable(self, name: str, offset: int) -> None:
        if name not in self._variables:
            raise self._source.error(f"undefined variable {name}", offset)

    def _command(self) -> Command:
        start = self._peek()
        words: list[Node] = []
        while (token := self._peek()).kind != "close" and token.text not in {")", "|"}:
            if token.kind == "end":
                raise self._unexpected(token)
            if words and not token.spaced and token.text != "(":
                raise self._unexpected(token)
            words.append(self._operand())
        if not words:
            raise self._source.error("missing value for command", start.offset)
        return Command(start.offset, tuple(words))

    def _operand(self) -> Node:
        token = self._peek()
        node = self._term()
        names: list[str] = []
        while (after := self._peek()).kind == "field" and not after.spaced:
            names.append(self._take().text[1:])
        if not names:
            return node
        if isinstance(node, FieldNode) and isinstance(node.operand, Dot):
            return FieldNode(node.offset, node.operand, (*node.names, *names))
        if isinstance(node, Literal | Nil):
            raise self._source.error(f"unexpected . after {token.text}", token.offset)
        return FieldNode(token.offset, node, tuple(names))

    def _term(self) -> Node:
        token = self._take()
        match token.kind:
            case "word":
                return self._word(token)
            case "variable":
                self._check_variable(token.text, token.offset)
                return Variable(token.offset, token.text)
            case "field":
                return FieldNode(token.offset, Dot(token.offset), (token.text[1:],))
            case "string" | "raw" | "char" | "number":
                return Literal(token.offset, literals.value(token, self._source))
        if token.text == ".":
            return Dot(token.offset)
        if token.text == "(":
            self._descend()
            pipe = self._pipe(")")
            self._depth -= 1
            return pipe
        raise self._unexpected(token)

    def _word(self, token: Token) -> Node:
        if token.text in {"true", "false"}:
            return Literal(token.offset, token.text == "true")
        if token.text == "nil":
            return Nil(token.offset)
        if token.text not in self._functions:
            raise self._source.error(f"function {quoted(token.text)} is not defined", token.offset)
        return Function(token.offset, token.text)
