"""Compares the versions of this program, of the istiods and of the proxies."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.sync import KnownProxies, Skew

_UNKNOWN = "unknown"

Form = dict[str, Any]


def versions(
    client: str, answers: Iterable[IstiodAnswer] = (), known: KnownProxies | None = None
) -> Form:
    """Give the JSON format; what an istiod or proxy doesn't tell is null.

    Without a cluster it has the client's version alone.
    """
    if known is None:
        return {"client": client}
    errors = {one.istiod: one.error for one in known.silent}
    return {
        "client": client,
        "control_plane": [
            {
                "istiod": one.istiod,
                "revision": one.revision or None,
                "version": one.version or None,
                "error": errors.get(one.istiod),
            }
            for one in answers
        ],
        "data_plane": [
            {"version": version or None, "proxies": count}
            for version, count in sorted(Counter(one.version for one in known.proxies).items())
        ],
        "skew": [
            {
                "proxy": one.name,
                "version": one.version,
                "istiod": one.istiod,
                "istiod_version": one.istiod_version,
            }
            for one in known.proxies
            if one.skew is Skew.MINOR
        ],
    }


def text(form: Form) -> Iterator[str]:
    """Walk the lines that tell people the same."""
    yield f"client: {form['client']}"
    if "control_plane" not in form:
        return
    for one in form["control_plane"]:
        revision = f", revision {one['revision']}" if one["revision"] else ""
        said = one["version"] or one["error"] or _UNKNOWN
        yield f"control plane: {said} ({one['istiod']}{revision})"
    counts = (
        f"{one['version'] or _UNKNOWN} ({_proxies(one['proxies'])})" for one in form["data_plane"]
    )
    yield f"data plane: {', '.join(counts) or 'no proxies'}"
    pairs = Counter((one["version"], one["istiod_version"]) for one in form["skew"])
    for (version, istiod), count in sorted(pairs.items()):
        yield f"skew: {_proxies(count)} of {version} under istiod {istiod}"


def _proxies(count: int) -> str:
    return f"{count} {'proxy' if count == 1 else 'proxies'}"
