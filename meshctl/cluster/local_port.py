"""Opens a port of this machine that leads to a port of a pod, for programs such as a browser."""

import errno
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from meshctl.cluster.api import Cluster, ClusterError, PodPort
from meshctl.errors import UsageError

HOST = "127.0.0.1"
"""Other machines don't reach it: whoever does speaks with the pod as the user of the kubeconfig."""

_PIECE = 64 * 1024
_WAITING = 64


class LocalPort:
    """Takes connections, and carries each to the pod through the API server.

    ``complain`` is told what goes wrong with one of them; the others go on.
    """

    def __init__(
        self, cluster: Cluster, target: PodPort, port: int, complain: Callable[[str], None]
    ) -> None:
        """Listen on a port, 0 for any; raises UsageError where it is taken or not ours."""
        self._cluster = cluster
        self._target = target
        self._complain = complain
        self._listener = _listen(port)

    @property
    def number(self) -> int:
        """The port of this machine."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def serve(self) -> None:
        """Carry connections until somebody interrupts."""
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, connection: socket.socket) -> None:
        target = self._target
        try:
            with (
                connection,
                self._cluster.forward(target.namespace, target.pod, target.port) as far,
            ):
                there = threading.Thread(target=_copy, args=(connection, far), daemon=True)
                there.start()
                answered = _copy(far, connection)
                there.join()
                if not answered:
                    raise ConnectionResetError  # the forward knows why, if it did not work
        except ClusterError as error:
            self._complain(str(error))
        except OSError:
            pass  # one side has gone, as browsers do


def _copy(source: socket.socket, target: socket.socket) -> int:
    """Pass on bytes until a side ends, then end both; give their number."""
    passed = 0
    with suppress(OSError):
        while data := source.recv(_PIECE):
            target.sendall(data)
            passed += len(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    return passed


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=_WAITING)
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"can't be used: {error.strerror}"
        raise UsageError(
            f"port {port} of this machine {why}; --port N names another, --port 0 takes any"
        ) from error
