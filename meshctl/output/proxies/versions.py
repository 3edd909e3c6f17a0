"""Writes the versions at work: text, JSON or YAML."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

from meshctl.inspect.proxies.versions import Versions
from meshctl.output.as_json.texts import json_text
from meshctl.output.data import data_of
from meshctl.output.lines import write_lines
from meshctl.output.yaml_lines import entry

FORMATS = ("text", "json", "yaml")
_UNKNOWN = "unknown"


def write_versions(found: Versions, output: str, out: TextIO) -> None:
    """Write the versions in one of the formats."""
    if output == "text":
        write_lines(version_lines(found), out)
        return
    form = version_form(found)
    if output == "json":
        out.write(json_text(form, indent=2))
        out.write("\n")
    else:
        out.writelines(line for key in form for line in entry(key, form[key]))


def version_form(found: Versions) -> dict[str, Any]:
    """Write the versions for programs; without a cluster the client's alone."""
    form: dict[str, Any] = data_of(found)
    return form if found.control_plane is not None else {"client": found.client}


def version_lines(found: Versions) -> Iterator[str]:
    """Walk the lines that tell people the same."""
    yield f"client: {found.client}"
    if found.control_plane is None:
        return
    for istiod_version in found.control_plane:
        revision = f", revision {istiod_version.revision}" if istiod_version.revision else ""
        said = istiod_version.version or istiod_version.error or _UNKNOWN
        yield f"control plane: {said} ({istiod_version.istiod}{revision})"
    counts = (
        f"{proxy_version.version or _UNKNOWN} ({_proxies(proxy_version.proxies)})"
        for proxy_version in found.data_plane
    )
    yield f"data plane: {', '.join(counts) or 'no proxies'}"
    pairs = Counter(
        (skewed_proxy.version, skewed_proxy.istiod_version) for skewed_proxy in found.skew
    )
    for (version, istiod), count in sorted(pairs.items()):
        yield f"skew: {_proxies(count)} of {version} under istiod {istiod}"


def _proxies(count: int) -> str:
    return f"{count} {'proxy' if count == 1 else 'proxies'}"
