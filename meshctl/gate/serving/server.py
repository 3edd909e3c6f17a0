"""Runs the webhook: the snapshot, the ports, the certificate, the audits, until it is told to stop."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, NamedTuple

from aiohttp import web

from meshctl.errors import MeshctlError
from meshctl.gate.audit.results import AuditResult, appeared
from meshctl.gate.audit.schedule import Pace, keep_auditing
from meshctl.gate.audit.worker import AuditError, audit
from meshctl.gate.live.live_snapshot import LiveSnapshot
from meshctl.gate.live.messages import Unwatched, UpToDate, read
from meshctl.gate.live.pipe import Receiver, Sender
from meshctl.gate.policy import Answering, Decision
from meshctl.gate.review import Review
from meshctl.gate.serving.app import health_app, review_app
from meshctl.gate.serving.certificate import Certificate
from meshctl.gate.serving.judges import Bench, JudgeProcess, forked
from meshctl.gate.serving.log import log
from meshctl.gate.serving.metrics import Metrics
from meshctl.gate.serving.queue import ReviewQueue
from meshctl.gate.serving.warm_up import warm_up
from meshctl.settings import Settings
from meshctl.sources.loader import Unread

_AT_ONCE = 50
"""Messages that are taken in before connections have their turn."""
_SECONDS_TO_FINISH = 10.0
_MESSAGES_ENDED = "what watches the cluster has ended"


class Serving(NamedTuple):
    """Where and how to serve; the seconds are those between looks at the certificate."""

    certificate: str
    key: str
    host: str = "0.0.0.0"  # noqa: S104 - a pod is reached by its address
    port: int = 8443
    health_port: int = 8080
    answering: Answering = Answering()
    pace: Pace = Pace()
    certificate_seconds: float = 10.0
    audits: bool = True


class WatchEndedError(MeshctlError):
    """Nothing tells what the cluster is like any more."""


class Server:
    """One replica. It has no credentials: what it knows, it is told, and it asks nobody."""

    def __init__(self, serving: Serving, settings: Settings, told: Receiver, say: Sender) -> None:
        self._serving = serving
        self._settings = settings._replace(whole_mesh=True)
        self._told = told
        self._say = say
        self._live = LiveSnapshot()
        self._metrics = Metrics()
        self._bench = Bench(self._live, self._settings, serving.answering)
        self._judges: list[JudgeProcess] = []
        self._queue = ReviewQueue()
        self._is_stopping = self._is_warm = False
        self._runners: list[web.AppRunner] = []
        self._running: list[asyncio.Task[None]] = []
        self._last: AuditResult | None = None
        self._certificate: Certificate | None = None

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises MeshctlError where it can't go on."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                follow = tasks.create_task(self._follow(tasks))
                running = [follow, tasks.create_task(self._serve(tasks))]
                await stop.wait()
                await self._end()
                for task in (*running, *self._running):
                    task.cancel()
        except* MeshctlError as failures:
            raise failures.exceptions[0] from None
        finally:
            for judge in self._judges:
                judge.end()

    async def _serve(self, tasks: asyncio.TaskGroup) -> None:
        """Open the ports: health at once, reviews when there is a certificate for them."""
        self._runners.append(await self._open_health())
        certificate = await self._wait_for_certificate()
        self._runners.append(await self._open_reviews(certificate))
        self._running += [tasks.create_task(one) for one in self._work(certificate)]

    async def _end(self) -> None:
        """Take no new connections, and finish what has begun."""
        self._is_stopping = True
        log("stopping", waiting=len(self._queue))
        for runner in reversed(self._runners):
            await runner.cleanup()

    @property
    def reason_to_wait(self) -> str:
        """Why reviews should go to other replicas; empty when they may come here."""
        if self._is_stopping:
            return "it is stopping"
        if self._certificate is None:
            return "there is no certificate yet"
        reason = self._live.reason_to_wait
        return reason if reason or self._is_warm else "it hasn't judged anything yet"

    def _work(self, certificate: Certificate) -> list[Coroutine[Any, Any, None]]:
        every = self._serving.certificate_seconds
        work = [self._queue.work(self._decide), _repeat(certificate.follow, every)]
        if self._serving.audits:
            work.append(keep_auditing(self._version, self._audit, self._serving.pace))
        return work

    def _version(self) -> int:
        return self._live.snapshot.version

    async def _decide(self, review: Review) -> Decision:
        """Have the first of the judges answer a review, or this process where there is none."""
        decide = self._judges[0].decide if self._judges else self._bench.decide
        return await decide(review)

    def _get_ready(self, tasks: asyncio.TaskGroup) -> None:
        """Judge once for all that is slow the first time, and fork those who will judge."""
        warm_up(self._bench.judge)
        self._is_warm = True
        gc.collect()
        gc.freeze()  # what is there stays, and need not be looked at again and again
        self._judges = forked(self._bench)
        for number, judge in enumerate(self._judges):
            work = [judge.tell(), judge.hear()]
            work += [self._queue.work(judge.decide)] if number else []
            self._running += [tasks.create_task(one) for one in work]

    async def _follow(self, tasks: asyncio.TaskGroup) -> None:
        """Take in what the watching process says; without it there is nothing to go by."""
        async for found in self._told.arriving():
            await self._take(found)
            if not self._is_warm and not self._live.reason_to_wait:
                self._get_ready(tasks)
        raise WatchEndedError(f"{_MESSAGES_ENDED}; the log says why")

    async def _take(self, messages: list[tuple[object, ...]]) -> None:
        for number, plain in enumerate(messages):
            self._bench.apply(plain)
            for judge in self._judges:
                judge.follow(plain)
            message = read(plain)
            if isinstance(message, UpToDate):
                self._metrics.current(message.kind[1], time.time())
            elif isinstance(message, Unwatched):
                self._metrics.lost(message.kind[1])
                log("kind-lost", kind=message.kind[1], reason=message.reason)
            if not number % _AT_ONCE:
                await asyncio.sleep(0)
        self._metrics.holds(len(self._live.snapshot))

    async def _wait_for_certificate(self) -> Certificate:
        """Give the certificate once its files are there, as those of a Secret may come late."""
        is_told = False
        while True:
            try:
                self._certificate = Certificate(self._serving.certificate, self._serving.key)
            except MeshctlError as error:
                if not is_told:
                    log("certificate-missing", reason=str(error))
                is_told = True
                await asyncio.sleep(min(self._serving.certificate_seconds, 1.0))
            else:
                return self._certificate

    async def _open_reviews(self, certificate: Certificate) -> web.AppRunner:
        app = review_app(self._queue, self._metrics)
        return await self._open(app, self._serving.port, certificate)

    async def _open_health(self) -> web.AppRunner:
        app = health_app(lambda: self.reason_to_wait, self._metrics)
        return await self._open(app, self._serving.health_port, None)

    async def _open(
        self, app: web.Application, port: int, certificate: Certificate | None
    ) -> web.AppRunner:
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=_SECONDS_TO_FINISH,
            keepalive_timeout=75.0, max_line_size=8190, max_field_size=8190,
        )  # fmt: skip
        await runner.setup()
        context = certificate.context if certificate is not None else None
        try:
            await web.TCPSite(
                runner, self._serving.host, port, ssl_context=context, backlog=1024
            ).start()
        except OSError as error:
            await runner.cleanup()
            raise MeshctlError(f"port {port} can't be opened: {error.strerror}") from error
        log("listening", port=_port_of(runner), tls=certificate is not None)
        return runner

    async def _audit(self) -> None:
        """Judge everything once; what it finds is counted, told and published."""
        if self._live.reason_to_wait:
            return
        unread = [Unread(group, kind, why) for (group, kind, _), why in self._live.hidden.items()]
        documents = [resource.document for resource in self._live.snapshot]
        try:
            result = await audit(documents, unread, self._settings)
        except AuditError as error:
            self._metrics.audit_failed()
            log("audit-failed", reason=str(error))
            return
        self._metrics.audited(result.counts, time.time(), result.seconds)
        before = self._last.findings if self._last is not None else ()
        new, gone = appeared(before, result.findings)
        self._last = result
        log(
            "audit", objects=len(documents), findings=len(result.findings), new=len(new),
            gone=len(gone), seconds=round(result.seconds, 2), crashed=result.has_crashed or None,
        )  # fmt: skip
        with suppress(BrokenPipeError):
            await self._say.send_later([tuple(finding) for finding in result.findings])


async def _repeat(action: Callable[[], object], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        action()


def _port_of(runner: web.AppRunner) -> int:
    """The port that was opened, where 0 asked for any."""
    return int(runner.addresses[0][1])
