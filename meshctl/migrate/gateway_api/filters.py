"""Writes what an http route of a VirtualService does as the fields and filters of an HTTPRoute rule.

The way back is meshctl.mesh.gateway_api.filters, which mirrors istiod.
"""

import re
from collections.abc import Iterator
from typing import Any

from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.migrate.drafts import Draft
from meshctl.migrate.gateway_api.asked import Asked, CantSayError
from meshctl.migrate.gateway_api.durations import duration, seconds
from meshctl.resources import View
from meshctl.resources.view import as_number
from meshctl.words import whole_number

_MOVED = 301
_CODES = frozenset({301, 302, 303, 307, 308})
_KEEP = "keep the VirtualService"
_GATEWAY_ERRORS = (502, 503, 504)
_SERVER_ERRORS = (500, *_GATEWAY_ERRORS)
_ALWAYS = frozenset({"connect-failure", "refused-stream", "unavailable", "cancelled"})
_HEADERS = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
IMPOSSIBLE = {
    "fault": "inject faults by an EnvoyFilter, or keep the VirtualService",
    "delegate": "put the routes of the delegate where they belong: it is not in the input",
    "mirrorPercent": "write mirrorPercentage",
}
HANDLED = frozenset({
    "name", "match", "route", "redirect", "rewrite", "headers", "timeout", "retries", "mirror",
    "mirrors", "mirrorPercentage", "corsPolicy", "directResponse", "delegate", "fault",
})  # fmt: skip


def header_filters(headers: View) -> Iterator[dict[str, Any]]:
    """Walk the filters that change headers of requests and responses."""
    for key, kind in (("request", "RequestHeaderModifier"), ("response", "ResponseHeaderModifier")):
        operations = headers.child(key)
        found: dict[str, Any] = {}
        for name in ("set", "add"):
            written = operations.labels_of(name)
            if written:
                found[name] = [{"name": _name(k), "value": v} for k, v in written.items()]
        if operations.texts("remove"):
            found["remove"] = [_name(text) for text in operations.texts("remove")]
        if found:
            yield {"type": kind, f"{kind[0].lower()}{kind[1:]}": found}


def _name(header: str) -> str:
    if not _HEADERS.fullmatch(header):
        raise CantSayError(f"{header} is no header that a Gateway API filter may change", _KEEP)
    return header


def redirect_filter(redirect: View, draft: Draft, ports: frozenset[int]) -> dict[str, Any]:
    """Write a redirect; 301 unless written."""
    code = redirect.number("redirectCode") or _MOVED
    if code not in _CODES:
        raise CantSayError(f"an HTTPRoute redirects with no code {code}", "choose 301, 302 or 308")
    found: dict[str, Any] = {"statusCode": code}
    if redirect.has("uri"):
        found["path"] = _full_path(redirect.text("uri"))
    if redirect.has("authority"):
        host, _, port = redirect.text("authority").partition(":")
        found["hostname"] = host.lower()
        if (number := whole_number(port)) is not None:
            found["port"] = number
    if redirect.has("scheme"):
        found["scheme"] = redirect.text("scheme")
    if redirect.has("port"):
        found["port"] = redirect.number("port")
    _tell_port(redirect, draft, ports, found)
    return {"type": "RequestRedirect", "requestRedirect": found}


def _tell_port(redirect: View, draft: Draft, ports: frozenset[int], found: dict[str, Any]) -> None:
    """Say where a redirect without a port now names that of its listener, or no more does."""
    if "port" in found:
        return
    asks = redirect.text("derivePort") == "FROM_REQUEST_PORT"
    derives = "scheme" not in found
    unusual = sorted(ports - {80, 443})
    if unusual and asks is not derives:
        does = f"names the port of the listener ({unusual[0]})" if derives else "names no port"
        draft.near(f"the redirect {does}, which it did not before" if derives
                   else f"the redirect {does}, where it named that of the listener",
                   redirect.at(), instead="write redirect.port")  # fmt: skip


def rewrite_filter(rewrite: View, asked: Asked, draft: Draft) -> dict[str, Any]:
    """Write a rewrite for a match of one kind of path."""
    if rewrite.has("uriRegexRewrite"):
        raise CantSayError("uriRegexRewrite has nothing like it in an HTTPRoute", _KEEP)
    found: dict[str, Any] = {}
    if rewrite.has("authority"):
        found["hostname"] = rewrite.text("authority")
    if rewrite.has("uri"):
        found["path"] = _rewritten(rewrite, asked, draft)
    return {"type": "URLRewrite", "urlRewrite": found}


def _rewritten(rewrite: View, asked: Asked, draft: Draft) -> dict[str, Any]:
    uri = rewrite.text("uri")
    if asked.kind != "prefix":
        return _full_path(uri)
    text, to = asked.path, uri
    if text == "/" and to.endswith("/") and to != "/":
        raise CantSayError(
            f"prefix / can't be replaced by {to}: istiod takes the slash away", _KEEP
        )
    if text != "/" and text.endswith("/") is not to.endswith("/"):
        draft.near(
            f"the prefix {text} is replaced by elements: {text.rstrip('/')}/x becomes "
            f"{to.rstrip('/')}/x, where it was {to}{'/x' if not text.endswith('/') else 'x'}",
            rewrite.at("uri"),
        )
    return {"type": "ReplacePrefixMatch", "replacePrefixMatch": to}


def _full_path(uri: str) -> dict[str, Any]:
    if not uri.startswith("/"):
        raise CantSayError(f"{uri} is no path that a Gateway API filter may write", _KEEP)
    return {"type": "ReplaceFullPath", "replaceFullPath": uri}


def cors_filter(policy: View, draft: Draft) -> dict[str, Any]:
    """Write a CORS policy."""
    found: dict[str, Any] = {"allowOrigins": list(_origins(policy))}
    if policy.flag("allowCredentials") is not None:
        found["allowCredentials"] = policy.flag("allowCredentials")
    for key in ("allowMethods", "allowHeaders", "exposeHeaders"):
        if policy.texts(key):
            found[key] = list(policy.texts(key))
    age = seconds(policy.text("maxAge")) if policy.has("maxAge") else None
    if age:
        found["maxAge"] = age
    else:
        draft.near("browsers may keep the answer for 5 seconds, the default of the Gateway API",
                   policy.at())  # fmt: skip
    if policy.text("unmatchedPreflights") != "IGNORE":
        draft.near("a preflight of another origin is answered by the filter, and no more forwarded",
                   policy.at())  # fmt: skip
    return {"type": "CORS", "cors": found}


def _origins(policy: View) -> Iterator[str]:
    for view in (
        View(policy.resource, (*policy.path, "allowOrigins", index), data)
        for index, data in policy.items("allowOrigins")
    ):
        if view.has("exact"):
            yield view.text("exact")
        elif view.text("prefix").startswith(("http://", "https://")):
            yield f"{view.text('prefix')}*"
        elif view.text("regex") in {".*", "*"}:
            yield "*"
        else:
            raise CantSayError("an origin by regular expression has nothing like it", _KEEP)
    yield from policy.texts("allowOrigin")


def mirror_percent(percentage: Any) -> dict[str, Any]:
    """Write which part of the requests is mirrored; all of them without one."""
    value = percentage.get("value") if isinstance(percentage, dict) else None
    if not isinstance(value, int | float):
        return {}
    if float(value).is_integer():
        return {"percent": int(value)}
    return {"fraction": {"numerator": round(value * 10_000), "denominator": 1_000_000}}


def timeouts_and_retries(rule: HttpRule, draft: Draft) -> dict[str, Any]:
    """Write how long a request may take and how often it is tried."""
    source, retries = rule.saying("timeout"), rule.saying("retries").child("retries")
    times: dict[str, Any] = {}
    found: dict[str, Any] = {}
    if source.has("timeout"):
        times["request"] = duration(source.text("timeout"))
    if retries.data or rule.saying("retries").has("retries"):
        found["retry"] = _retry(retries, draft)
        if retries.has("perTryTimeout"):
            times["backendRequest"] = duration(retries.text("perTryTimeout"))
    if times:
        found["timeouts"] = times
    return found


def _retry(retries: View, draft: Draft) -> dict[str, Any]:
    for key in retries.names():
        if key not in {"attempts", "perTryTimeout", "retryOn", "backoff"}:
            raise CantSayError(f"retries.{key} has nothing like it in an HTTPRoute", _KEEP)
    found: dict[str, Any] = {"attempts": as_number(retries.data.get("attempts")) or 0}
    if retries.has("backoff"):
        found["backoff"] = duration(retries.text("backoff"))
    asked = [
        condition.strip() for condition in retries.text("retryOn").split(",") if condition.strip()
    ]
    codes: set[int] = set()
    for condition in asked:
        if condition == "5xx":
            codes.update(_SERVER_ERRORS)
            draft.near("retries on 5xx become retries on 500, 502, 503 and 504",
                       retries.at("retryOn"))  # fmt: skip
        elif condition == "gateway-error":
            codes.update(_GATEWAY_ERRORS)
        elif (code := whole_number(condition)) is not None:
            codes.add(code)
        elif condition not in _ALWAYS | {"retriable-status-codes"}:
            raise CantSayError(
                f"retries on {condition} have nothing like them in an HTTPRoute", _KEEP
            )
    if codes:
        found["codes"] = sorted(codes)
    if asked and not set(asked) >= _ALWAYS:
        draft.near(f"requests are tried again on {', '.join(sorted(_ALWAYS))} as well",
                   retries.at("retryOn"))  # fmt: skip
    draft.exact("retry is of the experimental channel of the Gateway API", retries.at())
    return found
