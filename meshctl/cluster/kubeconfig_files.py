"""Reads the files that a way to a cluster is written in: kubeconfigs, and tokens that they name."""

from pathlib import Path
from typing import Any

from meshctl.cluster.api import ClusterError
from meshctl.regular_files import read_bytes
from meshctl.yaml.reader import parse_one

_LONGEST = 16 * 1024 * 1024
_LONGEST_TOKEN = 64 * 1024
"""Bytes of a token: Go's servers take headers of one MiB altogether, most others of 8 KiB."""


def read_kubeconfig(path: str) -> dict[str, Any]:
    """Read one kubeconfig, without what is null in it: to kubectl that isn't there.

    Raises ``ClusterError``, which repeats nothing of it, since its lines hold keys.
    """
    try:
        content = parse_one(_text(path, f"the kubeconfig {path}", _LONGEST))
    except ValueError:
        raise ClusterError(f"the kubeconfig {path} is not YAML; repair it") from None
    if content is None:
        raise ClusterError(f"the kubeconfig {path} is empty; name another with --kubeconfig FILE")
    if not isinstance(content, dict):
        raise TypeError
    return {key: _without_nulls(value) for key, value in content.items() if value is not None}


def read_token(path: Path) -> str:
    """Read the token that a file holds; raises ``ClusterError`` for what holds none."""
    try:
        return _text(path, f"the tokenFile {path} of the kubeconfig", _LONGEST_TOKEN).strip()
    except UnicodeDecodeError:
        message = f"the tokenFile {path} of the kubeconfig holds no token; log in again"
        raise ClusterError(message) from None


def _text(path: str | Path, name: str, most: int) -> str:
    try:
        content = read_bytes(Path(path).expanduser(), most)
    except OSError as error:
        raise ClusterError(f"{name} can't be read: {error.strerror}; check its path") from None
    if len(content) > most:
        raise ClusterError(f"{name} has more than {most:,} bytes, which none needs; check its path")
    return content.decode()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
