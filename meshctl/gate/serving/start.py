"""Starts a replica as two processes: one asks the cluster, one answers reviews."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from threading import Event, Thread
from typing import NoReturn

from meshctl.cluster.api import Cluster
from meshctl.errors import MeshctlError
from meshctl.gate.audit.lease import Lease
from meshctl.gate.audit.publisher import Publisher
from meshctl.gate.audit.results import AuditFinding
from meshctl.gate.live.messages import Message, plain
from meshctl.gate.live.pipe import Receiver, Sender, pipe
from meshctl.gate.live.watcher import watch_cluster
from meshctl.gate.serving.log import log
from meshctl.gate.serving.server import Server, Serving
from meshctl.settings import Settings

Prepare = Callable[[Cluster], None]
"""What is done before the cluster is watched, and goes on: certificates that are made here."""


def serve(
    connect: Callable[[], Cluster], serving: Serving, settings: Settings, *,
    namespace: str = "", prepare: Prepare | None = None,
) -> None:  # fmt: skip
    """Serve until told to stop; audits are published where a namespace for the Lease is given.

    Raises MeshctlError where the ports can't be opened, or the cluster isn't watched any more.
    """
    told, tell = pipe()
    hear, say = pipe()
    pid = os.fork()
    if not pid:
        os.close(told.descriptor)
        say.close()
        _watch(connect, tell, hear, namespace, prepare)
    tell.close()
    os.close(hear.descriptor)
    try:
        asyncio.run(Server(serving, settings, told, say).run())
    finally:
        os.kill(pid, signal.SIGKILL)  # it keeps nothing that could be lost
        os.waitpid(pid, 0)


def _watch(
    connect: Callable[[], Cluster], tell: Sender, hear: Receiver, namespace: str,
    prepare: Prepare | None,
) -> NoReturn:  # fmt: skip
    """Watch in the forked process, which must not come back."""
    code = 2
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process ends this one
        stop = Event()
        cluster = connect()
        if prepare is not None:
            prepare(cluster)
        Thread(target=_publish, args=(cluster, hear, namespace, stop), daemon=True).start()

        def send(message: Message) -> None:
            tell.send(plain(message))

        watch_cluster(cluster, send, stop)
        code = 0
    except (MeshctlError, BrokenPipeError) as error:
        log("watch-failed", reason=str(error))
    finally:
        os._exit(code)


def _publish(cluster: Cluster, hear: Receiver, namespace: str, stop: Event) -> None:
    """Publish what audits find; once the other process has gone, there is nothing left to do."""
    publisher = None
    if namespace:
        publisher = Publisher(cluster, Lease(cluster, namespace, socket.gethostname()))
    for findings in hear:
        if publisher is not None:
            publisher.publish([AuditFinding(*finding) for finding in findings])
    stop.set()
