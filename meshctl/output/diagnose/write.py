"""Writes what ``diagnose`` answers: text, or JSON."""

from collections.abc import Iterator
from typing import Any, TextIO

from meshctl.inspect.diagnose.answer import CauseAnswer, Diagnosis
from meshctl.inspect.trace.answer import form
from meshctl.output.as_json.answers import write_json
from meshctl.output.findings.json_v1 import finding_data
from meshctl.output.terminal import hanging, width_of
from meshctl.output.trace.text import write_trace
from meshctl.words import visible

VERSION = 1
_OPEN = "?: they don't show it; --whole-mesh rules out what rules would find in them"
_MARKS = {"confirmed": "yes", "ruled-out": "no", "unknown": "?"}


def write_diagnosis(found: Diagnosis, output: str, out: TextIO) -> None:
    """Write a diagnosis as ``text`` or ``json``."""
    if output == "json":
        write_json(diagnosis_form(found), out)
        return
    for number, symptom in enumerate(found.symptoms):
        out.write("\n" if number else "")
        out.write(f"{symptom.title} ({symptom.id})\n")
        for cause in symptom.causes:
            _write_cause(cause, out)
        commands = dict.fromkeys(word for cause in symptom.causes for word in cause.next)
        out.writelines(f"  next: {visible(command)}\n" for command in commands)
    out.writelines(f"{part}\n" for line in _legend(found) for part in hanging(line, width_of(out)))
    if found.trace is not None:
        out.write("\n")
        write_trace(found.trace, out)


def _legend(found: Diagnosis) -> Iterator[str]:
    """Say what the marks mean; nothing where all causes are decided."""
    states = {cause.state for symptom in found.symptoms for cause in symptom.causes}
    if "unknown" in states and not found.has_input:
        yield "?: not looked for; name manifests as PATH, or --cluster, to confirm causes or rule them out"
    elif "unknown" in states:
        decided = {"confirmed": "yes: the manifests have it", "ruled-out": "no: they rule it out"}
        shown = [text for state, text in decided.items() if state in states]
        yield "; ".join([*shown, _OPEN])


def _write_cause(cause: CauseAnswer, out: TextIO) -> None:
    lines = [f"  {_MARKS[cause.state]:3} {cause.title}"]
    for finding in cause.evidence:
        place = f"{finding.location.file}:{finding.location.line}"
        lines.append(f"      {visible(place)} {finding.rule}: {visible(finding.message)}")
    width = width_of(out)
    out.writelines(f"{part}\n" for line in lines for part in hanging(line, width))


def diagnosis_form(found: Diagnosis) -> dict[str, Any]:
    """Write a diagnosis for programs, in the form of schemas/diagnose-v1.json."""
    return {
        "version": VERSION,
        "symptoms": [
            {
                "id": symptom.id,
                "title": symptom.title,
                "causes": [
                    {
                        "title": cause.title,
                        "state": cause.state,
                        "evidence": [
                            finding_data(found.report, each)
                            for each in cause.evidence
                            if found.report is not None
                        ],
                        "next": list(cause.next),
                    }
                    for cause in symptom.causes
                ],
            }
            for symptom in found.symptoms
        ],
        "trace": form(found.trace) if found.trace is not None else None,
    }
