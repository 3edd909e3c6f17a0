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
    errors = {answer.istiod: answer.error for answer in known.silent}
    return {
        "client": client,
        "control_plane": [
            {
                "istiod": answer.istiod,
                "revision": answer.revision or None,
                "version": answer.version or None,
                "error": errors.get(answer.istiod),
            }
            for answer in answers
        ],
        "data_plane": [
            {"version": version or None, "proxies": count}
            for version, count in sorted(Counter(proxy.version for proxy in known.proxies).items())
        ],
        "skew": [
            {
                "proxy": proxy.name,
                "version": proxy.version,
                "istiod": proxy.istiod,
                "istiod_version": proxy.istiod_version,
            }
            for proxy in known.proxies
            if proxy.skew is Skew.MINOR
        ],
    }


def text(form: Form) -> Iterator[str]:
    """Walk the lines that tell people the same."""
    yield f"client: {form['client']}"
    if "control_plane" not in form:
        return
    for replica in form["control_plane"]:
        revision = f", revision {replica['revision']}" if replica["revision"] else ""
        said = replica["version"] or replica["error"] or _UNKNOWN
        yield f"control plane: {said} ({replica['istiod']}{revision})"
    counts = (
        f"{group['version'] or _UNKNOWN} ({_proxies(group['proxies'])})"
        for group in form["data_plane"]
    )
    yield f"data plane: {', '.join(counts) or 'no proxies'}"
    pairs = Counter((proxy["version"], proxy["istiod_version"]) for proxy in form["skew"])
    for (version, istiod), count in sorted(pairs.items()):
        yield f"skew: {_proxies(count)} of {version} under istiod {istiod}"


def _proxies(count: int) -> str:
    return f"{count} {'proxy' if count == 1 else 'proxies'}"
