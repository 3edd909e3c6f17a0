"""Rewrites the prefix of a path as Envoy does.

Envoy replaces the text that the prefix matched and leaves the rest as it is, so slashes are
neither added nor removed (``prefix_rewrite`` of a route; PrefixRewrite in
pilot/pkg/networking/core/route/route.go, Istio 1.31).
"""


def rewrite(prefix: str, replacement: str, path: str) -> str:
    """Rewrite a path that begins with the prefix."""
    return replacement + path[len(prefix) :]


def broken_example(prefix: str, replacement: str) -> tuple[str, str] | None:
    """Find a path whose segments a rewrite breaks, and what becomes of it; ``None`` if none.

    Broken is a doubled slash, or two segments that grow together. A prefix or replacement that
    ends with neither a slash nor a letter or digit is taken as meant.
    """
    if not prefix or not replacement:
        return None
    path = prefix + "x" if prefix.endswith("/") else prefix + "/x"
    doubled = replacement.endswith("/") and prefix[-1].isalnum()
    joined = prefix.endswith("/") and replacement[-1].isalnum()
    return (path, rewrite(prefix, replacement, path)) if doubled or joined else None
