"""Reads the requests that a command line asks about: one in words, or a file of them."""

from glob import glob
from typing import Annotated, NamedTuple

import typer

from meshctl.errors import UsageError
from meshctl.inspect.trace.requests import (
    TracedRequest,
    make_request,
    read_claims,
    read_headers,
    read_requests,
)
from meshctl.words import quoted

_METHODS = frozenset({
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE",
})  # fmt: skip


class RequestFlags(NamedTuple):
    """What is sent, and by whom."""

    client: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="WORKLOAD[.NS]|gateway/NAME[.NS]|outside",
            help="Who sends it.",
            show_default=False,
        ),
    ] = None
    header: Annotated[
        list[str] | None,
        typer.Option("-H", "--header", metavar="'NAME: VALUE'", help="A header; repeatable."),
    ] = None
    claims: Annotated[
        str | None, typer.Option(metavar="JSON", help="The claims of a valid token it carries.")
    ] = None
    source_ip: Annotated[
        str, typer.Option(metavar="IP", help="The address of a client outside.")
    ] = ""
    requests: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Many requests: a list of from, url, method, headers."),
    ] = None


def asked_requests(
    words: list[str] | None, flags: RequestFlags
) -> tuple[list[TracedRequest], list[str]]:
    """Part the requests from the paths; UsageError where nothing is asked."""
    rest = list(words or ())
    if flags.requests is not None:
        return read_requests(flags.requests), rest
    method = "GET"
    if rest and rest[0].upper() in _METHODS and not glob(rest[0]):  # noqa: PTH207 - a path or not
        method = rest.pop(0)
    if not rest:
        raise UsageError(
            "name a request, as in: meshctl trace GET http://HOST/PATH --from WORKLOAD"
        )
    url = rest.pop(0)
    if rest and "://" in rest[0]:
        known = ", ".join(sorted(_METHODS))
        raise UsageError(f"{quoted(url)} is no method of HTTP; write one of {known} before the URL")
    if flags.client is None:
        raise UsageError(
            f"who sends {quoted(url)}? Add --from WORKLOAD[.NAMESPACE], --from gateway/NAME or "
            "--from outside"
        )
    request = make_request(
        url, flags.client, method=method, headers=read_headers(flags.header or ()),
        claims=read_claims(flags.claims), source_ip=flags.source_ip,
    )  # fmt: skip
    return [request], rest
