"""Runs a kubeconfig's credential plugin (client.authentication.k8s.io/v1)."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshctl.cluster.api import ClusterError

_CLUSTER_FIELDS = (
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "proxy-url",
    "disable-compression",
)
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
            )
        except OSError as error:
            hint = str(plugin.get("installHint") or "install it, or choose another --context")
            raise ClusterError(
                f"the credential plugin {arguments[0]} cannot be run "
                f"({error.strerror}); {' '.join(hint.split())}"
            ) from error
        if code := _exit_code(process, timeout, arguments[0]):
            said = _last_line(complaints)
            raise ClusterError(
                f"the credential plugin {arguments[0]} failed with exit code {code}"
                f"{': ' + said if said else ''}; log in again"
            )
        out.seek(0)
        return out.read()


def _exit_code(process: "subprocess.Popen[bytes]", timeout: float, command: str) -> int:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise ClusterError(
            f"the credential plugin {command} gave no answer in {timeout:g} s; "
            "log in with kubectl first, or raise --timeout"
        ) from None


def _last_line(complaints: Any) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _status(command: str, plugin: Mapping[str, Any], written: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(written)
    except ValueError:
        answer = None
    status = answer.get("status") if isinstance(answer, dict) else None
    if not isinstance(status, dict) or not (
        status.get("token") or status.get("clientCertificateData")
    ):
        raise ClusterError(
            f"the credential plugin {command} gave no credentials; run it by hand to see why"
        )
    assert isinstance(answer, dict)  # noqa: S101
    if answer.get("apiVersion") != plugin.get("apiVersion"):
        raise ClusterError(
            f"the credential plugin {command} speaks {answer.get('apiVersion')}, the kubeconfig "
            f"says {plugin.get('apiVersion')}; update the kubeconfig"
        )
    return status
