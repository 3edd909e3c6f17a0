"""An editor for tests: it starts the server, and talks to it as the protocol says."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

SECONDS = 60
"""How long anything may take before a test fails; nothing waits that long."""


class Editor:
    """One session of a client; ``encodings`` are those that it offers, the best first."""

    def __init__(
        self,
        root: Path | None,
        *arguments: str,
        encodings: tuple[str, ...] = (),
        settings: dict[str, Any] | None = None,
        beside: tuple[Path, ...] = (),
    ) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-m", "meshctl", "lsp", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "MESHCTL_DEBUG": ""},
        )
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.shown_at: dict[str, float] = {}
        self.asked: list[dict[str, Any]] = []
        self.messages: list[str] = []
        self.logged: list[str] = []
        self.said = ""
        self._number = 0
        self._versions: dict[str, int] = {}
        self._inbox: Queue[dict[str, Any]] = Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        folder = {"uri": root.as_uri(), "name": root.name} if root is not None else None
        others = [{"uri": one.as_uri(), "name": one.name} for one in beside]
        general = {"positionEncodings": list(encodings)} if encodings else {}
        watching = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
        self.answer = self.request(
            "initialize",
            processId=None,
            rootUri=folder and folder["uri"],
            workspaceFolders=[folder, *others] if folder else None,
            initializationOptions=settings,
            capabilities={"general": general, "workspace": watching},
        )
        self.notify("initialized")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.request("shutdown")
            self._send({"method": "exit"})
        code, self.said = self.wait()
        assert code == 0

    def wait(self) -> tuple[int, str]:
        """Wait for the server to end: its exit code, and what it wrote to standard error."""
        self.process.stdin.close()
        code = self.process.wait(SECONDS)
        said = self.process.stderr.read().decode()
        self._listener.join(SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return code, said

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri() if self.root is not None else Path(name).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        if text is None:
            text = (self.root / name).read_text()
        self._versions[name] = 1
        document = {"uri": self.uri(name), "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=document)

    def type(self, name: str, text: str) -> None:
        self._versions[name] += 1
        document = {"uri": self.uri(name), "version": self._versions[name]}
        self.notify(
            "textDocument/didChange", textDocument=document, contentChanges=[{"text": text}]
        )

    def close(self, name: str) -> None:
        self.notify("textDocument/didClose", textDocument={"uri": self.uri(name)})

    def ask_at(self, method: str, name: str, line: int, character: int, **more: Any) -> Any:
        """Ask about a place, both counted from 0."""
        return self.request(
            f"textDocument/{method}",
            textDocument={"uri": self.uri(name)},
            position={"line": line, "character": character},
            **more,
        )

    def notify(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def request(self, method: str, **params: Any) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        answer = self._wait(lambda message: message.get("id") == number and "method" not in message)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def analyzed(self) -> int:
        """Wait until a round of analyses has ended, and say how many findings it gave."""
        done = self._wait(lambda message: message.get("method") == "meshctl/analyzed")
        return done["params"]["findings"]

    def codes(self, name: str) -> list[str]:
        return [one["code"] for one in self.diagnostics.get(self.uri(name), [])]

    def _wait(self, wanted: Any) -> dict[str, Any]:
        while True:
            try:
                message = self._inbox.get(timeout=SECONDS)
            except Empty:  # the server is silent
                self.process.kill()
                raise AssertionError(self.process.stderr.read().decode()) from None
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                self.diagnostics[params["uri"]] = params["diagnostics"]
                self.shown_at[params["uri"]] = time.perf_counter()
            elif message.get("method") == "window/logMessage":
                self.logged.append(message["params"]["message"])
            elif message.get("method") == "window/showMessage":
                self.messages.append(message["params"]["message"])
            elif "id" in message and "method" in message:
                self.asked.append(message)
                self._send({"id": message["id"], "result": None})
            if wanted(message):
                return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _listen(self) -> None:
        stream = self.process.stdout
        while header := stream.readline():
            size = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
                header = stream.readline()
            self._inbox.put(json.loads(stream.read(size)))
