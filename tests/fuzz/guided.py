"""Fuzzes the loader, the rules, the injector, templates and live objects, guided by coverage.

``python tests/fuzz/guided.py [-runs=N] [CORPUS]``, the options being libFuzzer's. It needs atheris,
which has wheels for Linux alone: ``pip install atheris``.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ["MESHCTL_DEBUG"] = "1"  # a rule that crashes raises

try:
    import atheris
except ImportError:
    sys.exit("guided.py needs atheris: pip install atheris")

with atheris.instrument_imports(include=["meshctl"]):
    from meshctl.engine.analyze import report_on
    from meshctl.errors import MeshctlError
    from meshctl.inject.go_template.sprig import SPRIG
    from meshctl.inject.go_template.template import Template
    from meshctl.inject.settings.builtin import Given, read_given
    from meshctl.inject.text.preserve_style import inject_text
    from meshctl.settings import Settings
    from meshctl.sources.documents import Document
    from meshctl.sources.live_object import ObjectDocument
    from meshctl.sources.loader import Loaded
    from meshctl.yaml.parser import Parser
    from meshctl.yaml.splitter import decode, split

INJECTION = read_given(Given())


def load_and_judge(text: str) -> None:
    """Parse a text and run every rule on it."""
    parser = Parser()
    parsed = [(line, part, parser.parse(part, line)[0]) for line, part in split(text)]
    documents = [Document("a.yaml", *one) for one in parsed if one[2] is not None]
    report_on(Loaded(1, documents, []), Settings(whole_mesh=True))


def inject(text: str) -> None:
    """Inject what a text holds; files that are no UTF-8 are refused before."""
    if not text.isascii() and text.encode(errors="replace").decode() != text:
        return
    inject_text(text, INJECTION, lambda _: None, file="a.yaml")


def render(text: str) -> None:
    """Read a text as a template, and carry it out."""
    Template("t", text, SPRIG).render({"Values": {"a": [1, "b"]}})


def decode_live(text: str) -> None:
    """Take a text for what an API server answers."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    objects = data.get("items", [data]) if isinstance(data, dict) else []
    live = [ObjectDocument("cluster:a", one) for one in objects if isinstance(one, dict)]
    report_on(Loaded(0, [], []), Settings(), live=Loaded(0, live, []))


TARGETS = (load_and_judge, inject, render, decode_live)


def test_one(data: bytes) -> None:
    """Send an input to the target that its first byte chooses; only clear errors may come out."""
    if not data:
        return
    try:
        TARGETS[data[0] % len(TARGETS)](decode(data[1:]))
    except MeshctlError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one)
    atheris.Fuzz()
