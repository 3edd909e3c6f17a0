"""Checks TrafficExtensions.

Mirrors ValidateTrafficExtension, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses
wasm beside lua, code that is empty or too long, and what it refuses in a WasmPlugin.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.selectors import check_selector, check_targets
from meshctl.validation.webhook.fields.urls import why_not_url

LARGEST_CODE = 64 * 1024


def check(resource: Resource) -> Iterator[Fault]:
    """Check one TrafficExtension."""
    spec = resource.spec
    yield from check_selector(spec)
    yield from check_targets(spec)
    wasm, lua = spec.child("wasm"), spec.child("lua")
    if wasm.has("url") and (why := why_not_url(wasm.text("url"))):
        yield refuse(wasm.at("url"), why)
    # The CRD counts characters, the webhook bytes.
    size = len(lua.text("inlineCode").encode(errors="replace"))
    if size > LARGEST_CODE:
        yield refuse(lua.at("inlineCode"), f"the code has {size:,} bytes; 64 KiB is the most")
