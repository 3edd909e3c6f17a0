"""Runs a kubeconfig's credential plugin (client.authentication.k8s.io/v1)."""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from meshctl.cluster.api import ClusterError
from meshctl.cluster.http.body import parse_json
from meshctl.masking.tokens import masked
from meshctl.plain_objects import mapping, text
from meshctl.words import one_line

_CLUSTER_FIELDS = (
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "proxy-url",
    "disable-compression",
)
_CREDENTIALS = ("token", "clientCertificateData", "clientKeyData")
_LONGEST_OUTPUT = 1024 * 1024
_LAST_PART = 16 * 1024
_LONGEST_QUOTE = 500
_GLANCE = 0.1
_CONFIG = "client.authentication.k8s.io/exec"


def run_plugin(
    plugin: Mapping[str, Any], cluster: Mapping[str, Any], folder: str, timeout: float
) -> Mapping[str, Any]:
    """Run the ``exec`` of a user and give the ``status`` of its ExecCredential.

    ``folder`` is that of the kubeconfig, where commands with a slash are looked up. Raises
    ``ClusterError`` when the plugin is missing, fails, or takes longer than ``timeout`` seconds.
    """
    command = str(plugin.get("command") or "")
    if not command:
        raise ClusterError("the credential plugin has no command; repair the kubeconfig")
    is_interactive = sys.stdin is not None and sys.stdin.isatty()
    mode = plugin.get("interactiveMode")
    if mode == "Always" and not is_interactive:
        raise ClusterError(
            f"the credential plugin {command} needs a terminal; log in with kubectl first"
        )
    is_interactive = is_interactive and mode != "Never"
    arguments = [_path_of(command, folder), *(str(arg) for arg in plugin.get("args") or ())]
    environment = {**os.environ, **_environment(plugin)}
    environment["KUBERNETES_EXEC_INFO"] = json.dumps(
        _request(plugin, cluster, is_interactive=is_interactive)
    )
    written = _output(arguments, environment, plugin, timeout, is_interactive=is_interactive)
    return _status(command, plugin, written)


def _path_of(command: str, folder: str) -> str:
    return str(Path(folder, command)) if "/" in command else command


def _environment(plugin: Mapping[str, Any]) -> dict[str, str]:
    return {str(variable["name"]): str(variable["value"]) for variable in plugin.get("env") or ()}


def _request(
    plugin: Mapping[str, Any], cluster: Mapping[str, Any], *, is_interactive: bool
) -> dict[str, Any]:
    spec: dict[str, Any] = {"interactive": is_interactive}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = {name: cluster[name] for name in _CLUSTER_FIELDS if name in cluster}
        for extension in cluster.get("extensions") or ():
            if extension.get("name") == _CONFIG:
                spec["cluster"]["config"] = extension.get("extension")
    return {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}


def _output(
    arguments: list[str],
    environment: dict[str, str],
    plugin: Mapping[str, Any],
    timeout: float,
    *,
    is_interactive: bool,
) -> bytes:
    """Run the command; files instead of pipes, so that no child of it can keep us waiting."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                arguments,
                env=environment,
                stdin=None if is_interactive else subprocess.DEVNULL,
                stdout=out,
                stderr=None if is_interactive else complaints,
                # What asks somebody has to stay where the terminal is.
                start_new_session=not is_interactive,
            )
        except (OSError, ValueError) as error:
            hint = str(plugin.get("installHint") or "install it, or choose another --context")
            reason = getattr(error, "strerror", None) or error
            raise ClusterError(
                f"the credential plugin {arguments[0]} cannot be run ({reason}); "
                f"{one_line(hint)[:_LONGEST_QUOTE]}"
            ) from error
        with _ended(process, has_group=not is_interactive):
            code = _exit_code(process, timeout, arguments[0], (out, complaints))
        if code:
            said = _last_line(complaints)
            raise ClusterError(
                f"the credential plugin {arguments[0]} failed with exit code {code}"
                f"{': ' + said if said else ''}; log in again"
            )
        out.seek(0)
        return out.read(_LONGEST_OUTPUT)


@contextmanager
def _ended(process: "subprocess.Popen[bytes]", *, has_group: bool) -> Iterator[None]:
    """End a plugin with all that it started, however we go on, or end."""

    def end() -> None:
        with suppress(OSError):  # all of it has ended already
            if has_group:
                os.killpg(process.pid, signal.SIGKILL)
            elif process.poll() is None:
                process.kill()

    atexit.register(end)  # a login runs in a thread, which an interrupt doesn't reach
    try:
        yield
    finally:
        end()
        process.wait()
        atexit.unregister(end)


def _exit_code(
    process: "subprocess.Popen[bytes]", timeout: float, command: str, written: tuple[Any, Any]
) -> int:
    end = monotonic() + timeout
    while True:
        try:
            return process.wait(min(_GLANCE, max(end - monotonic(), 0)))
        except subprocess.TimeoutExpired:
            if any(os.fstat(file.fileno()).st_size > _LONGEST_OUTPUT for file in written):
                raise ClusterError(
                    f"the credential plugin {command} writes without an end; run it by hand to "
                    "see why"
                ) from None
        if monotonic() >= end:
            raise ClusterError(
                f"the credential plugin {command} gave no answer in {timeout:g} s; "
                "log in with kubectl first, or raise --timeout"
            )


def _last_line(complaints: Any) -> str:
    complaints.seek(max(complaints.seek(0, os.SEEK_END) - _LAST_PART, 0))
    lines = complaints.read().decode(errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return masked(one_line(last))[:_LONGEST_QUOTE]


def _status(command: str, plugin: Mapping[str, Any], written: bytes) -> Mapping[str, Any]:
    try:
        answer = parse_json(written)
    except ValueError:
        answer = None
    status = mapping(mapping(answer).get("status"))
    given = [status.get(name) for name in _CREDENTIALS]
    if not any(given) or not all(isinstance(each, str | None) for each in given):
        raise ClusterError(
            f"the credential plugin {command} gave no credentials; run it by hand to see why"
        )
    assert isinstance(answer, dict)  # noqa: S101
    if answer.get("apiVersion") != plugin.get("apiVersion"):
        spoken = text(answer.get("apiVersion"))[:_LONGEST_QUOTE] or "no version"
        raise ClusterError(
            f"the credential plugin {command} speaks {spoken}, the kubeconfig "
            f"says {plugin.get('apiVersion')}; update the kubeconfig"
        )
    return status
