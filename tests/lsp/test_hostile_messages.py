"""Does nonsense of an editor leave the server serving, without a traceback or its text in the log?"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SECRET = "sEcReTsEcReT"  # noqa: S105 - of nobody


def message(content: Any) -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def request(number: int, method: str, **params: Any) -> bytes:
    return message({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


NONSENSE = {
    "no JSON": message(f'{{"{SECRET}'.encode()),
    "nested": message(b"[" * 200_000),
    "a list": message([SECRET]),
    "a number": message(5),
    "no version": message({"id": 7, "method": SECRET}),
    "a method of the wrong type": message({"jsonrpc": "2.0", "id": 7, "method": [SECRET]}),
    "params of the wrong type": message(
        {"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": [SECRET]}
    ),
    "cancelled": message(
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": [SECRET]}}
    ),
    "a NUL": request(
        7, "textDocument/hover", textDocument={"uri": f"file:///{SECRET}%00.yaml"},
        position={"line": 0, "character": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_leaves_the_server_serving(name: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("kind: Service\n")
    place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": 0, "character": 0}}
    sent = (
        request(1, "initialize", processId=None, rootUri=tmp_path.as_uri(), capabilities={}),
        message({"jsonrpc": "2.0", "method": "initialized", "params": {}}),
        NONSENSE[name],
        request(8, "textDocument/hover", **place),
        request(9, "shutdown"),
        message({"jsonrpc": "2.0", "method": "exit"}),
    )
    command = [sys.executable, "-m", "meshctl", "lsp"]
    done = subprocess.run(
        command, input=b"".join(sent), capture_output=True, cwd=tmp_path, check=False, timeout=100
    )
    assert 0 == done.returncode
    assert b'"id":8' in done.stdout.replace(b" ", b"")
    log = done.stderr.decode()
    assert "Traceback" not in log
    assert SECRET not in log
    assert all(line.startswith("meshctl: ") for line in log.splitlines())
