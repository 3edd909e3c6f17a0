"""The filter of an access log asks for an attribute that proxies don't have, or for the wrong type.

istiod asks an expression for its syntax alone. Envoy has no value for an unknown attribute, and compares text
with a number neither as equal nor by size: the condition fails for every request, and nothing is logged.

Fix: name an attribute of Envoy (`response.code`, `request.url_path`), and write numbers without quotes.
"""

from collections.abc import Iterator

from meshctl.istio.log_attributes import ATTRIBUTES, NUMBER, OPEN, TEXT
from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.spelling import misspelling_of
from meshctl.validation.cel.attributes import Attribute, attributes_in
from meshctl.words import quoted

_LITERALS = {"text": TEXT, "number": NUMBER}


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0", holds=("accessLogging",))
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report each attribute that is unknown or compared with another type."""
    for entry in telemetry.access_logging:
        condition = entry.child("filter")
        for attribute in attributes_in(condition.text("expression")):
            if wrong := _wrong(attribute):
                yield Finding(condition.at("expression"), wrong)


def _wrong(attribute: Attribute) -> str:
    root, *rest = attribute.names
    written = ".".join(attribute.names[:2])
    if root in OPEN:
        return ""
    known = ATTRIBUTES.get(root)
    if known is None or (rest and rest[0] not in known):
        every = [f"{name}.{field}" for name, fields in ATTRIBUTES.items() for field in fields]
        close = misspelling_of(written, every)
        hint = f"; did you mean {quoted(close)}?" if close else ""
        return f"proxies have no attribute {quoted(written)}, so that this condition fails{hint}"
    literal = _LITERALS.get(attribute.literal_kind, "")
    kind = known[rest[0]] if len(rest) == 1 else ""
    if literal and kind and literal != kind:
        effect = "always" if attribute.operator == "!=" else "never"
        return f"{written} is {kind} and {attribute.literal} is {literal}: the condition {effect} holds"
    return ""
