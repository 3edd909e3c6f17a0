"""What serves others: an editor's session, a webhook's answers and a live mesh, on mutated texts."""

import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from meshctl.cluster.snapshot import counts, document_of  # noqa: E402 - found by the path above
from meshctl.engine.analyze import report_on  # noqa: E402
from meshctl.gate.by_hand import answers  # noqa: E402
from meshctl.gate.policy import Answering, Mode  # noqa: E402
from meshctl.gate.review import Answer, ReviewError, read_review, write_answer  # noqa: E402
from meshctl.lsp.object_report import COMMANDS  # noqa: E402
from meshctl.settings import Settings  # noqa: E402
from meshctl.sources.loader import Loaded, load  # noqa: E402
from tests.lsp import editor as editor_of_tests  # noqa: E402
from tests.lsp.editor import Editor  # noqa: E402

editor_of_tests.SECONDS = 600  # a machine that is busy with others lets a session wait for minutes
PLACES = ("hover", "completion", "definition", "documentHighlight")
REVIEW = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
REQUEST = {"uid": "1", "operation": "CREATE", "kind": {"group": "", "kind": "Service"}}


def editor(home: Path, source: random.Random) -> None:
    """Open a text, ask everything about places of it, type another one, and ask again."""
    names = ("mesh.yaml", "old/mesh.yaml")
    texts = [(home / name).read_bytes().decode(errors="replace") for name in names]
    with Editor(home / "old") as session:
        session.open("mesh.yaml", texts[0])
        session.analyzed()
        for text in texts:
            _ask(session, text, source)
            session.type("mesh.yaml", text)
        session.analyzed()
        _ask(session, texts[1], source)
        session.request("workspace/symbol", query="a")
    said = [*session.messages, session.said]
    if any(sign in one for one in said for sign in ("defect", "Traceback")):
        raise AssertionError(said)


def _ask(session: Editor, text: str, source: random.Random) -> None:
    document = {"uri": session.uri("mesh.yaml")}
    lines = text.split("\n")
    for _ in range(6):
        line = source.randrange(len(lines) + 2)
        width = len(lines[line]) if line < len(lines) else 0
        at = {"line": line, "character": source.randrange(width + 3)}
        for name in PLACES:
            session.request(f"textDocument/{name}", textDocument=document, position=at)
        context = {"includeDeclaration": True, "diagnostics": []}
        session.request(
            "textDocument/references", textDocument=document, position=at, context=context
        )
        session.request(
            "textDocument/codeAction",
            textDocument=document,
            range={"start": at, "end": at},
            context=context,
        )
        for name in COMMANDS:
            session.request(
                "workspace/executeCommand", command=name, arguments=[document["uri"], line]
            )
    for name in ("documentSymbol", "codeLens"):
        session.request(f"textDocument/{name}", textDocument=document)


def webhook(home: Path, source: random.Random) -> None:
    """Ask what the webhook would answer to one text, where another one is what runs."""
    mode = Answering(source.choice([Mode.ENFORCE, Mode.WARN, Mode.AUDIT]))
    answer = Answer(allowed=True)
    for answered in answers(_live(home), load([str(home / "mesh.yaml")]), Settings(), mode):
        answer = answered.decision.answer
    for body in _objects(home / "mesh.yaml"):
        with suppress(ReviewError):
            request = {**REQUEST, "object": body, "oldObject": body, **body}
            review = read_review({**REVIEW, "request": request})
            json.dumps(write_answer(review, answer))


def live(home: Path, _: random.Random) -> None:
    """Judge one text as what runs, with another one laid over it."""
    report_on(load([str(home / "mesh.yaml")]), Settings(), live=_live(home))


def _live(home: Path) -> Loaded:
    """Read the objects of a text as a cluster's; what has no kind, no API server keeps."""
    found = [
        document_of("a", one)
        for one in _objects(home / "old" / "mesh.yaml")
        if isinstance(one.get("apiVersion"), str)
        and isinstance(one.get("kind"), str)
        and counts(one)
    ]
    return Loaded(0, found, [])


def _objects(file: Path) -> Iterator[dict[str, Any]]:
    for document in load([str(file)]).documents:
        if isinstance(document.data, dict):
            with suppress(TypeError, ValueError):  # what no JSON can hold
                yield json.loads(json.dumps(document.data))


SESSIONS: dict[str, Callable[[Path, random.Random], None]] = {
    "lsp": editor, "webhook": webhook, "live": live
}  # fmt: skip
