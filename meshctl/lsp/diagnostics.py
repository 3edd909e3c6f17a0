"""Makes diagnostics of findings, with what is unused or deprecated marked."""

from collections.abc import Callable

from lsprotocol import types

from meshctl.engine.report import LocatedFinding, Location
from meshctl.lsp.positions import Encoding, LinesOf, range_of
from meshctl.rules.api import Severity

SOURCE = "meshctl"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset({
    "authorization-policy/method-never-sent",
    "authorization-policy/principal-never-matches",
    "destination-rule/never-looked-up",
    "destination-rule/subset-policy-unused",
    "document/dropped-by-kubectl",
    "document/ignore-unused",
    "envoy-filter/add-ignored",
    "envoy-filter/cluster-never-there",
    "envoy-filter/remove-ignored",
    "envoy-filter/replace-ignored",
    "kubernetes-route/rule-never-reached",
    "kubernetes-route/service-route-unused",
    "peer-authentication/second-policy-ignored",
    "resource/misplaced-annotation",
    "sidecar/egress-proxy-ignored",
    "virtual-service/duplicate-destination",
    "virtual-service/match-never-applies",
    "virtual-service/rule-shadowed",
    "virtual-service/weight-ignored",
})  # fmt: skip
"""Rules whose place is text that nothing reads, or that decides nothing."""

_DEPRECATED = frozenset(
    {"resource/deprecated-annotation", "virtual-service/deprecated-delay-percent"}
)

TAGS: dict[str, tuple[types.DiagnosticTag, ...]] = {
    **dict.fromkeys(_UNNECESSARY, (types.DiagnosticTag.Unnecessary,)),
    **dict.fromkeys(_DEPRECATED, (types.DiagnosticTag.Deprecated,)),
}
"""The tags of findings by their rule."""


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
