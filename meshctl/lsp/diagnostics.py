"""Makes diagnostics of findings."""

from collections.abc import Callable

from lsprotocol import types

from meshctl.engine.report import LocatedFinding, Location
from meshctl.lsp.positions import Encoding, LinesOf, range_of
from meshctl.lsp.tags import TAGS
from meshctl.rules.api import Severity

SOURCE = "meshctl"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


class Diagnostics:
    """Makes diagnostics for one client.

    ``uri`` names a file as the client does, ``lines`` gives its text, ``page`` the address of the
    page of a rule.
    """

    def __init__(
        self, encoding: Encoding, uri: Callable[[str], str], lines: Callable[[str], LinesOf],
        page: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._encoding = encoding
        self._uri = uri
        self._lines = lines
        self._page = page

    def of(self, found: LocatedFinding) -> types.Diagnostic:
        """Make the diagnostic of a finding: the fix stands below the message."""
        page = self._page(found.rule)
        message = f"{found.message}\nFix: {found.fix}" if found.fix else found.message
        return types.Diagnostic(
            range=self.range(found.location),
            severity=_SEVERITIES[found.severity],
            code=found.rule,
            code_description=types.CodeDescription(page) if page else None,
            source=SOURCE,
            message=message,
            tags=[*TAGS.get(found.rule, ())] or None,
            related_information=[
                types.DiagnosticRelatedInformation(
                    types.Location(self._uri(place.location.file), self.range(place.location)),
                    place.message,
                )
                for place in found.related
            ]
            or None,
            data=found.fingerprint,
        )

    def range(self, place: Location) -> types.Range:
        """Name a place as the client does."""
        return range_of(place, self._lines(place.file), self._encoding)
