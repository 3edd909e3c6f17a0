"""Template errors with their line, column and reason."""

from meshctl.errors import MeshctlError


class TemplateError(MeshctlError):
    """A template cannot be read or carried out; knows its template, line and column."""

    def __init__(self, message: str, template: str, line: int, column: int) -> None:
        super().__init__(f"template {template}, line {line}, column {column}: {message}")
        self.reason = message
        self.template = template
        self.line = line
        self.column = column


class CallError(ValueError):
    """A function refuses its arguments; the message is in the words of templates."""


class TemplateSource:
    """The text of a template, which turns offsets into errors."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def error(self, message: str, offset: int) -> TemplateError:
        """Make the error of a place; lines and columns count from 1."""
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        return TemplateError(message, self.name, line, column)
