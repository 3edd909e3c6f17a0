"""Does every fault stand on the very characters that are wrong?"""

import json
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

DOCUMENT = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop}
spec:
  "selektor": {app: shop}
  servers:
    - hosts: ["*"]
      port: {number: eighty, name: http, protocol: HTTP}
      tls: {mode: simple}
"""
EXPECTED = {"schema/unknown-field": '"selektor"', "schema/wrong-type": "eighty",
            "schema/value-not-allowed": "simple"}  # fmt: skip


def indented(text: str) -> str:
    lines = text.splitlines()
    return "  - " + "\n    ".join(lines) + "\n"


def as_json(text: str) -> str:
    import yaml

    return json.dumps(yaml.safe_load(text), indent=1)


TEXTS = {
    "document": DOCUMENT,
    "second document": f"# first\n---\n{DOCUMENT}",
    "list": f"apiVersion: v1\nkind: List\nitems:\n{indented(DOCUMENT)}",
    "kind's own list": "apiVersion: networking.istio.io/v1\nkind: GatewayList\nitems:\n"
    + indented(DOCUMENT),
    "json": as_json(DOCUMENT),
    "json list": '{"apiVersion": "v1", "kind": "List", "items": [' + as_json(DOCUMENT) + "]}",
    "windows": DOCUMENT.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_faults_stand_on_what_is_wrong(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_bytes(text.encode())
    lines = text.splitlines()
    found = {}
    for finding in analyze([str(file)], Settings(select=("schema",))).findings:
        place = finding.location
        assert place.line == place.end_line
        found[finding.rule] = lines[place.line - 1][place.column - 1 : place.end_column - 1]
    bare = {rule: words.strip('"') for rule, words in found.items()}
    assert {rule: words.strip('"') for rule, words in EXPECTED.items()} == bare


def test_missing_fields_stand_on_the_block_that_lacks_them(tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(DOCUMENT.replace('hosts: ["*"]', "name: a"))
    found = analyze([str(file)], Settings(select=("schema/missing-field",))).findings
    assert [("hosts is missing", 7, 7)] == [
        (finding.message, finding.location.line, finding.location.column) for finding in found
    ]


def test_every_object_is_judged_once(tmp_path: Path, monkeypatch) -> None:
    judged = []
    monkeypatch.setattr(
        "meshctl.validation.verdict.check_metadata", lambda *args: judged.append(args) or ()
    )
    (tmp_path / "mesh.yaml").write_text(DOCUMENT)
    analyze([str(tmp_path)], Settings())
    assert 1 == len(judged)
