"""The documents of a file, and the lines of what they say."""

from collections.abc import Callable

from meshctl.errors import MeshctlError
from meshctl.inject.errors import InjectionError, Path
from meshctl.inject.workloads import Remark
from meshctl.sources.documents import Document, Lines, Span
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import Reader

WarnText = Callable[[str], None]
"""Takes a warning that begins with its place."""
_NAME: Path = ("metadata", "name")


class ManifestDocument:
    """A document and its place; one that cannot be read raises ``InjectionError``."""

    def __init__(self, file: str, first_line: int, text: str, warn: WarnText) -> None:
        self.text = text
        self._file = file
        self._first_line = first_line
        self._warn = warn
        try:
            self.root, self.data = Reader().read_nodes(text)
        except UnreadableError as error:
            start, end = error.note.start, error.note.end
            place = self._show(Lines(text).span(start, end, first_line))
            raise InjectionError(f"{place}: {error.note.message}") from None

    def warn(self, remark: Remark) -> None:
        """Pass a remark on with its place."""
        self._warn(f"{self._place(remark.path)}: {remark.message}")

    def located(self, error: MeshctlError) -> InjectionError:
        """Give an error that begins with its place."""
        path = error.path if isinstance(error, InjectionError) else ()
        return InjectionError(f"{self._place(path or _NAME)}: {error}")

    def _place(self, path: Path) -> str:
        document = Document(self._file, self._first_line, self.text, self.data)
        return self._show(document.span(path))

    def _show(self, span: Span) -> str:
        return f"{self._file}:{span.line}:{span.column}"
