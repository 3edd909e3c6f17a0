"""Checks redirects, rewrites, and answers that Envoy gives itself.

Mirrors validateHTTPRedirect, validateHTTPRewrite and validateHTTPDirectResponse,
pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.ports import why_not_port
from meshctl.validation.webhook.fields.regexes import why_not_regex
from meshctl.validation.webhook.routing.fault_injection import why_not_status
from meshctl.words import quoted

LARGE_BODY = 100 * 1024
LARGEST_BODY = 1024 * 1024
REDIRECTS = range(300, 400)


def check_redirect(route: View) -> Iterator[Fault]:
    """Check the ``redirect`` of a route; the webhook names the first fault alone."""
    redirect = route.child("redirect")
    parts = ("uri", "prefixRewrite", "authority", "scheme")
    scheme, code = redirect.text("scheme"), redirect.number("redirectCode") or 0
    port = redirect.number("port") or 0
    if redirect.text("uri") and redirect.text("prefixRewrite"):
        yield refuse(redirect.key("prefixRewrite"), "uri and prefixRewrite exclude each other")
    elif redirect.text("prefixRewrite") and not _matches_by_prefix(route):
        yield refuse(
            redirect.key("prefixRewrite"), "prefixRewrite needs every match of uri to be by prefix"
        )
    elif not any(redirect.text(key) for key in parts) and not any(
        redirect.has(key) for key in ("port", "derivePort")
    ):
        yield refuse(
            route.key("redirect"), f"redirect changes nothing; it needs {', '.join(parts)} or port"
        )
    elif code and code not in REDIRECTS:
        yield refuse(redirect.at("redirectCode"), f"{code} is no redirect; those are 300 to 399")
    elif scheme not in {"", "http", "https"}:
        yield refuse(redirect.at("scheme"), f"the scheme is http or https, not {quoted(scheme)}")
    elif port and (why := why_not_port(port)):
        yield refuse(redirect.at("port"), why)


def check_rewrite(rewrite: View) -> Iterator[Fault]:
    """Check a rewrite."""
    uri, regex = rewrite.text("uri"), rewrite.child("uriRegexRewrite")
    has_regex = rewrite.has("uriRegexRewrite")
    if uri and has_regex:
        yield refuse(rewrite.key("uriRegexRewrite"), "uri and uriRegexRewrite exclude each other")
    elif not uri and not has_regex and not rewrite.text("authority"):
        yield refuse(
            rewrite.at(), "rewrite changes nothing; it needs uri, uriRegexRewrite or authority"
        )
    elif has_regex and not (regex.text("match") and regex.text("rewrite")):
        yield refuse(rewrite.key("uriRegexRewrite"), "uriRegexRewrite needs match and rewrite")
    elif has_regex and (why := why_not_regex(regex.text("match"))):
        yield refuse(regex.at("match"), why)


def check_direct_response(answer: View) -> Iterator[Fault]:
    """Check an answer that Envoy gives itself."""
    if why := why_not_status(answer.number("status") or 0):
        yield refuse(answer.at("status"), why)
    body = answer.child("body")
    encoded = body.text("bytes")
    decoded = len(encoded) * 3 // 4 - encoded.count("=")
    size = decoded if encoded else len(body.text("string").encode(errors="replace"))
    place = body.at("bytes" if encoded else "string")
    if size > LARGEST_BODY:
        yield refuse(place, f"the body has {size:,} bytes; 1 MiB is the most that istiod takes")
    elif size > LARGE_BODY:
        yield warn(place, f"the body has {size:,} bytes; above 100 KiB it burdens istiod")


def _matches_by_prefix(route: View) -> bool:
    return all(
        match.child("uri").has("prefix")
        for match in views(route, "match", View)
        if match.has("uri")
    )
