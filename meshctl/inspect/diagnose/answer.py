"""Answers what causes a symptom: which causes the manifests confirm, and which they rule out."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from meshctl.engine.analyze import load_mesh, report_on
from meshctl.engine.report import LocatedFinding, Report
from meshctl.errors import UsageError
from meshctl.inspect.diagnose.matching import Facts, Match, facts_of, find_symptoms
from meshctl.inspect.diagnose.signatures import Cause, Signature
from meshctl.inspect.trace.answer import Trace, trace
from meshctl.inspect.trace.requests import sent_to
from meshctl.rules.api import Severity
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded

State = Literal["confirmed", "ruled-out", "unknown"]


class Known(NamedTuple):
    """What is known besides the text: the input, and who calls whom, as far as named."""

    loaded: Loaded
    live: Loaded | None
    settings: Settings
    words: str = "."
    """How a command line names the input."""


class CauseAnswer(NamedTuple):
    """One cause: does it hold, what shows it, and what to look at next?"""

    title: str
    state: State
    evidence: tuple[LocatedFinding, ...]
    next: tuple[str, ...]


class Symptom(NamedTuple):
    """One symptom of a text, with its causes: those confirmed come first."""

    id: str
    title: str
    causes: tuple[CauseAnswer, ...]


class Diagnosis(NamedTuple):
    """All symptoms of a text; the trace is of the request that the text is about."""

    symptoms: tuple[Symptom, ...]
    trace: Trace | None
    report: Report | None
    has_input: bool = True
    """Were there manifests or a cluster to look into?"""

    @property
    def is_confirmed(self) -> bool:
        """Is a cause confirmed?"""
        return any(
            cause.state == "confirmed" for symptom in self.symptoms for cause in symptom.causes
        )


def diagnose(text: str, known: Known | None, client: str = "", server: str = "") -> Diagnosis:
    """Name the symptoms in a text and judge their causes; UsageError if there is none."""
    matches = find_symptoms(text)
    if not matches:
        raise UsageError(
            "no symptom of Istio is known in this text; give a line of an access log, a flag such "
            "as UF, a status code, or what a client or istiod says"
        )
    facts = _facts(matches, server)
    report = None
    if known is not None:
        rules = dict.fromkeys(rule for one in matches for rule in one.signature.rules)
        settings = known.settings._replace(select=tuple(rules))
        report = report_on(known.loaded, settings, live=known.live) if rules else None
    place = _Place(facts, client, server, known.words if known is not None else ".")
    symptoms = tuple(
        Symptom(signature.id, signature.title, _causes(signature, report, known, place))
        for signature in (match.signature for match in matches)
    )
    return Diagnosis(symptoms, _traced(known, place), report, has_input=known is not None)


class _Place(NamedTuple):
    """The request that a text is about."""

    facts: Facts
    client: str
    server: str
    input: str

    @property
    def host(self) -> str:
        return self.server or self.facts.host

    @property
    def words(self) -> list[str]:
        """How findings name what the request is about; none if nobody knows."""
        found = [self.facts.policy] if self.facts.policy else []
        for name in (self.server, self.facts.host):
            parts = name.split("/") if "/" in name else name.split(".")[:1]
            found += [parts[-1]] if parts[-1] else []
        return found


def _facts(matches: Iterable[Match], server: str) -> Facts:
    for match in matches:
        facts = facts_of(match.text)
        if facts.host or facts.policy:
            return facts
    return Facts(server if "." in server else "")


def _causes(
    signature: Signature, report: Report | None, known: Known | None, place: _Place
) -> tuple[CauseAnswer, ...]:
    judged = [_judged(cause, signature, report, known, place) for cause in signature.causes]
    rank = {"confirmed": 0, "unknown": 1, "ruled-out": 2}
    return tuple(sorted(judged, key=lambda cause: rank[cause.state]))


def _judged(
    cause: Cause, signature: Signature, report: Report | None, known: Known | None, place: _Place
) -> CauseAnswer:
    """Judge a cause: one is ruled out only where rules for it could look at the whole mesh."""
    commands = tuple(_filled(signature.commands, place))
    if report is None or known is None or not cause.rules:
        return CauseAnswer(cause.title, "unknown", (), commands)
    evidence = tuple(
        found
        for found in report.findings
        if found.rule in cause.rules and _is_a_loss(found, report) and _is_about(found, place.words)
    )
    if evidence:
        explain = tuple(f"meshctl rule {rule}" for rule in sorted({f.rule for f in evidence}))
        return CauseAnswer(cause.title, "confirmed", evidence, explain)
    gaps = {gap.rule for gap in report.not_checked}
    if known.settings.whole_mesh and not gaps & {"*", *cause.rules}:
        return CauseAnswer(cause.title, "ruled-out", (), ())
    return CauseAnswer(cause.title, "unknown", (), commands)


def _is_a_loss(found: LocatedFinding, report: Report) -> bool:
    """Does a finding tell of a loss? What a rule of more weight only notes costs nobody a request."""
    rule = report.rules.get(found.rule)
    return found.severity is not Severity.INFO or (
        rule is not None and rule.severity is Severity.INFO
    )


def _is_about(found: LocatedFinding, words: Iterable[str]) -> bool:
    several = list(words)
    text = " ".join([
        found.message, found.resource.title,
        *(f"{place.message} {place.resource.title}" for place in found.related),
    ])  # fmt: skip
    return not several or any(
        re.search(rf"(?<![\w-]){re.escape(w)}(?![\w-])", text) for w in several
    )


def _filled(commands: Iterable[str], place: _Place) -> Iterator[str]:
    """Put names that are known into commands."""
    names = {"CLIENT": place.client, "SERVER": place.server, "HOST": place.host}
    for command in commands:
        filled = re.sub(
            r"\b(?:CLIENT|SERVER|HOST)\b", lambda match: names[match[0]] or match[0], command
        )
        is_of_input = filled.startswith("meshctl ") and filled.endswith(" .")
        yield f"{filled[:-1]}{place.input}" if is_of_input else filled


def _traced(known: Known | None, place: _Place) -> Trace | None:
    """Follow the request that the text is about, where its client is named."""
    if known is None or not place.client or not place.host or "/" in place.host:
        return None
    port = f":{place.facts.port}" if place.facts.port else ""
    request = next(
        sent_to(f"http://{place.host}{port}{place.facts.path or '/'}", place.client), None
    )
    if request is None:
        return None
    mesh = load_mesh(known.loaded, known.settings, live=known.live)
    return trace(mesh, request, known.settings.namespace)
