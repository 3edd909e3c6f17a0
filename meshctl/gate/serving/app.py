"""Speaks HTTP: reviews on one port, over TLS; health and metrics on another, for the cluster."""

import asyncio
import json
from collections.abc import Callable
from math import isfinite
from time import monotonic
from typing import Any

from aiohttp import web

from meshctl.gate.policy import Decision, Outcome, is_read
from meshctl.gate.review import Review, ReviewError, read_review, write_answer
from meshctl.gate.serving.log import log
from meshctl.gate.serving.metrics import CONTENT_TYPE, Metrics
from meshctl.gate.serving.queue import ReviewQueue

LARGEST_BODY = 3 * 1024 * 1024
"""Bytes; etcd keeps objects of 1.5 MiB at most, and an update sends the old one beside the new one."""
_TIMEOUT = 3.0
_SHARE_OF_WAITING = 0.6
_SHARE_OF_ALL = 0.9
_SECONDS_TO_SEND = 5.0
_JSON = "application/json"


def review_app(queue: ReviewQueue, metrics: Metrics) -> web.Application:
    """Make what answers reviews, at ``/review``."""

    async def review(request: web.Request) -> web.Response:
        began = monotonic()
        try:
            read = read_review(await _body(request))
        except web.HTTPException as error:
            metrics.refused(error.status)
            raise
        except ReviewError as error:
            metrics.refused(400)
            raise web.HTTPBadRequest(text=str(error)) from error
        seconds = _timeout(request)
        decision = await queue.answer(read, seconds * _SHARE_OF_WAITING, seconds * _SHARE_OF_ALL)
        _tell(read, decision, monotonic() - began, metrics)
        return web.json_response(write_answer(read, decision.answer))

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post("/review", review)
    return app


def health_app(is_ready: Callable[[], str], metrics: Metrics) -> web.Application:
    """Make what answers ``/livez``, ``/readyz`` and ``/metrics``.

    ``is_ready`` gives the reason why it isn't, or an empty text.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(_: web.Request) -> web.Response:
        reason = is_ready()
        return web.Response(text=reason or "ok", status=503 if reason else 200)

    async def numbers(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application(client_max_size=1)
    app.router.add_get("/livez", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", numbers)
    return app


async def _body(request: web.Request) -> Any:
    """Read a body of JSON; a sender that is too slow, or sends too much, is told so."""
    if request.content_type != _JSON:
        raise web.HTTPUnsupportedMediaType(text=f"a review is {_JSON}")
    try:
        async with asyncio.timeout(_SECONDS_TO_SEND):
            return json.loads(await request.read())
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="the body didn't come in time") from None
    except (ValueError, RecursionError) as error:
        raise ReviewError("the body is no JSON that is understood") from error


def _timeout(request: web.Request) -> float:
    """Read the seconds that an API server waits, which it says as ``?timeout=3s``."""
    try:
        seconds = float(request.query.get("timeout", "").removesuffix("s"))
    except ValueError:
        return _TIMEOUT
    return min(seconds, 30.0) if isfinite(seconds) and seconds > 0 else _TIMEOUT


def _tell(review: Review, decision: Decision, seconds: float, metrics: Metrics) -> None:
    kind = review.kind if is_read(review.group, review.kind) else "other"
    metrics.reviewed(decision.outcome, kind, review.operation, seconds)
    if decision.outcome in {Outcome.SKIPPED, Outcome.ALLOWED}:
        return
    log(
        "review",
        uid=review.uid,
        outcome=str(decision.outcome),
        operation=review.operation,
        kind=kind,
        object=review.key_name,
        rules=[finding.found.rule for finding in decision.added],
        reason=decision.reason,
        dry_run=review.is_dry_run,
        milliseconds=round(seconds * 1000, 1),
    )
