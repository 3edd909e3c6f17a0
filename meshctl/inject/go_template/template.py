"""Executes a parsed template (text/template/exec.go)."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from meshctl.inject.go_template.bounds import Sizes
from meshctl.inject.go_template.builtins import BUILTINS
from meshctl.inject.go_template.errors import CallError, TemplateError, TemplateSource
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
from meshctl.inject.go_template.parser import Body, parse
from meshctl.inject.go_template.values import (
    MISSING,
    FieldError,
    field,
    items,
    show,
    type_name,
)
from meshctl.words import quoted

MAX_STEPS = 1_000_000
"""Actions and calls after which a template counts as endless."""
MAX_LENGTH = 20_000_000
"""Characters that a template may write."""
_MAX_DEPTH = 100
"""Templates that may call each other in a row (Go allows far more, but stops as well)."""
_VARIABLES_A_STEP = 64
"""Variables that are passed by on the way to an older one for what a step takes."""
_SHORT_CIRCUIT = frozenset({"and", "or"})

Functions = Mapping[str, Callable[..., Any]]


class Template:
    """A template with the functions that it may call."""

    def __init__(self, name: str, text: str, functions: Functions) -> None:
        self._source = TemplateSource(name, text)
        self._functions = {**BUILTINS, **functions}
        try:
            self._bodies = parse(self._source, {*self._functions, *_SHORT_CIRCUIT})
        except RecursionError:
            raise self._source.error("the template nests too deep", 0) from None

    def render(self, data: Any) -> str:
        """Carry the template out; whatever goes wrong is a ``TemplateError``."""
        run = _Run(self._source, self._bodies, self._functions)
        try:
            run.call(self._source.name, data, 0)
        except RecursionError:
            raise self._source.error("the data or the template nests too deep", 0) from None
        return "".join(run.output)


class _Jumped(Exception):  # noqa: N818 - no error
    """A loop is left, or goes on with its next item."""


class _Run:
    def __init__(
        self, source: TemplateSource, bodies: Mapping[str, Body], functions: Functions
    ) -> None:
        self._source = source
        self._bodies = bodies
        self._functions = functions
        self._variables: list[tuple[str, Any]] = []
        self._steps = 0
        self._length = 0
        self._depth = 0
        self._sizes = Sizes()
        self.output: list[str] = []

    def call(self, name: str, data: Any, offset: int) -> None:
        """Carry out a template by its name."""
        if name not in self._bodies:
            raise self._source.error(f"template {quoted(name)} is not defined", offset)
        if self._depth >= _MAX_DEPTH:
            raise self._source.error(f"template {quoted(name)} calls itself without end", offset)
        outer, self._variables = self._variables, [("$", data)]
        self._depth += 1
        self._walk(self._bodies[name], data)
        self._depth -= 1
        self._variables = outer

    def _step(self, node: Node) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise self._source.error(f"takes more than {MAX_STEPS:,} steps", node.offset)

    def _write(self, text: str, node: Node) -> None:
        self._length += len(text)
        if self._length > MAX_LENGTH:
            raise self._source.error(f"writes over {MAX_LENGTH:,} characters", node.offset)
        self.output.append(text)

    def _walk(self, body: Body, dot: Any) -> None:
        for node in body:
            self._step(node)
            match node:
                case TextNode():
                    self._write(node.text, node)
                case Action():
                    value = self._pipe(node.pipe, dot)
                    if not node.pipe.variables:
                        self._write(show(value), node)
                case Branch(word="range"):
                    self._range(node, dot)
                case Branch():
                    self._branch(node, dot)
                case Call():
                    value = self._pipe(node.pipe, dot) if node.pipe else MISSING
                    self.call(node.name, value, node.offset)
                case Jump():
                    raise _Jumped(node.word)

    def _branch(self, node: Branch, dot: Any) -> None:
        known = len(self._variables)
        value = self._pipe(node.pipe, dot)
        if value:
            self._walk(node.body, value if node.word == "with" else dot)
        else:
            self._walk(node.otherwise, dot)
        del self._variables[known:]

    def _range(self, node: Branch, dot: Any) -> None:
        known = len(self._variables)
        try:
            value = self._pipe(node.pipe, dot)
            self._sizes.check(value)
            pairs = items(value)
        except ValueError as error:
            raise self._source.error(str(error), node.offset) from None
        inside = len(self._variables)
        for index, value in pairs:
            self._step(node)
            self._set_loop_variables(node.pipe, index, value)
            try:
                self._walk(node.body, value)
            except _Jumped as jump:
                if jump.args[0] == "break":
                    break
            finally:
                del self._variables[inside:]
        if not pairs:
            self._walk(node.otherwise, dot)
        del self._variables[known:]

    def _set_loop_variables(self, pipe: Pipe, index: Any, value: Any) -> None:
        values = (value,) if len(pipe.variables) == 1 else (index, value)
        for name, variable in zip(pipe.variables, values, strict=False):
            self._assign(name, variable)

    def _assign(self, name: str, value: Any) -> None:
        for place in range(len(self._variables) - 1, -1, -1):
            if self._variables[place][0] == name:
                self._variables[place] = name, value
                return

    def _pipe(self, pipe: Pipe, dot: Any) -> Any:
        value: Any = None
        for number, command in enumerate(pipe.commands):
            value = self._command(command, dot, (value,) if number else ())
        if value is None:
            value = MISSING
        for name in pipe.variables:
            if pipe.declares:
                self._variables.append((name, value))
            else:
                self._assign(name, value)
        return value

    def _command(self, command: Command, dot: Any, final: tuple[Any, ...]) -> Any:
        first, *arguments = command.words
        if isinstance(first, Function):
            return self._function(first, arguments, dot, final)
        if isinstance(first, FieldNode):
            values = [self._argument(argument, dot) for argument in arguments]
            return self._fields(first, dot, (*values, *final), takes=bool(arguments or final))
        if arguments or final:
            raise self._source.error("can't give argument to non-function", first.offset)
        if isinstance(first, Nil):
            raise self._source.error("nil is not a command", first.offset)
        return self._operand(first, dot)

    def _argument(self, node: Node, dot: Any) -> Any:
        value = self._operand(node, dot)
        return None if value is MISSING else value

    def _operand(self, node: Node, dot: Any) -> Any:
        match node:
            case Literal():
                return node.value
            case Dot():
                return dot
            case Variable():
                return self._variable(node)
            case FieldNode():
                return self._fields(node, dot, (), takes=False)
            case Pipe():
                return self._pipe(node, dot)
            case Function():
                return self._function(node, [], dot, ())
        return None

    def _variable(self, node: Variable) -> Any:
        for distance, (name, value) in enumerate(reversed(self._variables)):
            if name == node.name:
                self._steps += distance // _VARIABLES_A_STEP
                return value
        return None

    def _fields(self, node: FieldNode, dot: Any, arguments: tuple[Any, ...], *, takes: bool) -> Any:
        value = self._operand(node.operand, dot)
        try:
            for name in node.names[:-1]:
                value = field(value, name)
                value = value() if callable(value) else value
            value = field(value, node.names[-1])
        except FieldError as error:
            raise self._source.error(str(error), node.offset) from None
        if callable(value):
            return self._apply(node.names[-1], value, arguments, node)
        if takes and value is not MISSING:
            message = f"{node.names[-1]} has arguments but cannot be invoked as function"
            raise self._source.error(message, node.offset)
        return value

    def _function(
        self, node: Function, arguments: list[Node], dot: Any, final: tuple[Any, ...]
    ) -> Any:
        self._step(node)
        if node.name in _SHORT_CIRCUIT:
            return self._short_circuit(node, arguments, dot, final)
        values = [self._argument(argument, dot) for argument in arguments]
        values += (None if value is MISSING else value for value in final)
        return self._apply(node.name, self._functions[node.name], tuple(values), node)

    def _short_circuit(
        self, node: Function, arguments: list[Node], dot: Any, final: tuple[Any, ...]
    ) -> Any:
        if not arguments and not final:
            raise self._source.error(f"{node.name} needs an argument", node.offset)
        value: Any = None
        for argument in arguments:
            value = self._argument(argument, dot)
            if bool(value) == (node.name == "or"):
                return value
        return final[0] if final else value

    def _apply(
        self, name: str, function: Callable[..., Any], arguments: tuple[Any, ...], node: Node
    ) -> Any:
        try:
            self._sizes.check(*arguments)
            made = function(*arguments)
            self._sizes.check(made)
        except TemplateError:
            raise
        except CallError as error:
            raise self._source.error(f"error calling {name}: {error}", node.offset) from None
        except ZeroDivisionError:
            reason = "runtime error: integer divide by zero"
            raise self._source.error(f"error calling {name}: {reason}", node.offset) from None
        except (
            TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError,
        ):  # fmt: skip
            reason = _refusal(function, arguments)
            raise self._source.error(f"error calling {name}: {reason}", node.offset) from None
        return made


def _refusal(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    """Say in words of templates why a function can't be called so."""
    try:
        signature(function).bind(*arguments)
    except TypeError:
        wanted = len(signature(function).parameters)
        return f"wrong number of args: want {wanted} got {len(arguments)}"
    except ValueError:  # a function that Python knows no signature of
        pass
    given = ", ".join(map(type_name, arguments)) or "none"
    return f"it can't be called with arguments of these types or values: {given}"
