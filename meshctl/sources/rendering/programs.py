"""Runs helm, kustomize and kubectl: found on PATH, without network, plugins or the user's settings.

Templates come from strangers. Go templates and kustomize's builtins run no programs, and what could
(post-renderers, plugins, ``--enable-exec``) is never asked for; time, output and memory are bounded.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import IO, NamedTuple

SECONDS = 60.0
"""The time limit of one run."""
MAX_OUTPUT = 64_000_000
"""Bytes of output from which a run is ended."""
MAX_MEMORY = 4 << 30
"""Bytes of address space: Go reserves much more than it uses."""
_OUT_OF_MEMORY = ("out of memory", "cannot allocate memory", "stack exceeds")
_MAX_ERRORS = 64_000
_COLLECTOR = {"GOGC": "400", "GOMEMLIMIT": "512MiB"}
"""Go collects its garbage less often as long as it has little: a third of the time of a large build."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", *_COLLECTOR)
_DEAD_PROXY = "http://127.0.0.1:9"


class Run(NamedTuple):
    """What a program wrote. ``failure`` is empty where it ended well, else one line why not."""

    output: bytes
    errors: str
    failure: str


def find(*names: str) -> str | None:
    """Find the first of several programs on PATH."""
    return next((path for path in map(shutil.which, names) if path is not None), None)


def run(
    command: Sequence[str], directory: str, *, seconds: float = SECONDS,
    max_output: int = MAX_OUTPUT, environment: Mapping[str, str] | None = None,
) -> Run:  # fmt: skip
    """Run a program in a directory, with its whole process group ended at a limit."""
    with tempfile.TemporaryDirectory(prefix="meshctl-render-") as home:
        try:
            process = subprocess.Popen(
                command, cwd=directory, env={**_clean(home), **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return Run(b"", "", f"cannot be started: {error.strerror or error}")
        _bound_memory(process.pid)
        return _read(process, seconds, max_output)


def _clean(home: str) -> dict[str, str]:
    """An environment without plugins, credentials, kubeconfigs and ways to the network."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **_COLLECTOR, **kept,
        "KUBECONFIG": os.devnull,
        "HELM_CONFIG_HOME": home, "HELM_CACHE_HOME": home, "HELM_DATA_HOME": home,
        "HELM_PLUGINS": home, "HELM_REPOSITORY_CONFIG": os.path.join(home, "repositories"),  # noqa: PTH118
        "KUSTOMIZE_PLUGIN_HOME": home, "XDG_CONFIG_HOME": home,
        "HTTP_PROXY": _DEAD_PROXY, "HTTPS_PROXY": _DEAD_PROXY, "ALL_PROXY": _DEAD_PROXY,
        "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "",
    }  # fmt: skip


def _bound_memory(pid: int) -> None:
    if sys.platform == "linux":
        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        except OSError:  # it has ended already, or a sandbox forbids it
            return


class _Reader(threading.Thread):
    """Collects what a program writes to one stream, as far as a limit."""

    def __init__(self, stream: IO[bytes] | None, limit: int, at_limit: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        assert stream is not None  # noqa: S101 - narrows the type
        self._stream = stream
        self._limit = limit
        self._at_limit = at_limit
        self._parts: list[bytes] = []
        self.exceeds = False

    def run(self) -> None:
        size = 0
        while chunk := self._stream.read(65_536):
            size += len(chunk)
            self._parts.append(chunk[: len(chunk) - max(size - self._limit, 0)])
            if size > self._limit:
                self.exceeds = True
                self._at_limit()
                break

    def text(self, seconds: float) -> bytes:
        """What was written; the stream is closed."""
        self.join(seconds)
        self._stream.close()
        return b"".join(self._parts)


def _read(process: subprocess.Popen[bytes], seconds: float, max_output: int) -> Run:
    output = _Reader(process.stdout, max_output, partial(_end, process))
    errors = _Reader(process.stderr, _MAX_ERRORS, lambda: None)
    output.start()
    errors.start()
    try:
        process.wait(seconds)
        failure = "" if process.returncode == 0 else f"ended with exit code {process.returncode}"
    except subprocess.TimeoutExpired:
        failure = f"took more than {seconds:g} s"
    finally:
        _end(process)  # what it started ends with it
    process.wait()
    written, said = output.text(seconds), errors.text(seconds).decode("utf-8", "replace")
    if output.exceeds:
        failure = f"wrote more than {max_output:,} bytes"
    return Run(written, said, _reason(failure, said))


def _reason(failure: str, errors: str) -> str:
    """Say why a run failed: Go's own words about memory are many."""
    if failure and any(sign in errors for sign in _OUT_OF_MEMORY):
        return f"needs more than {MAX_MEMORY >> 30} GB of memory"
    return failure


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
