"""Answers ``tls-check``: the rows that were asked for, their conflicts, or what files change."""

from collections.abc import Iterable
from typing import NamedTuple

from meshctl.errors import UsageError
from meshctl.inspect.targets import Lack, kind_of, look_up, look_up_hosts, look_up_workload
from meshctl.inspect.tls.change import TlsChange, changes
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.tls.failures import TlsFailure, failures
from meshctl.inspect.tls.matrix import matrix, namespaces
from meshctl.inspect.tls.rows import TlsRows
from meshctl.mesh import Mesh
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.workloads.workloads import controller_of
from meshctl.resources import Service, Workload
from meshctl.settings import Settings
from meshctl.words import quoted, whole_number


class Question(NamedTuple):
    """The words of the command line: a client, a ``HOST[:PORT]``, and where names are at home."""

    client: str | None
    host: str | None
    home: str


class TlsAnswer(NamedTuple):
    """The rows of a question, or, where files were laid over a cluster, what they change.

    ``matrices`` has the four rows of each namespace that rows are about; ``is_narrow`` says that
    somebody asked about one client or host.
    """

    rows: TlsRows
    changes: list[TlsChange] | None
    matrices: dict[str, list[tuple[str, str, str]]]
    is_narrow: bool

    @property
    def has_conflicts(self) -> bool:
        """Is there a client that can't talk to its server?"""
        return any(row.line.is_conflict for row, _ in self.rows.weighed())

    @property
    def exit_code(self) -> int:
        """1 for conflicts, 2 where the cluster hid what decides, 0 where everything fits."""
        if self.has_conflicts:
            return 1
        servers = (row.connection.server for row, _ in self.rows.weighed())
        demands = (server.demand for server in servers if server is not None)
        return (
            2
            if any(demand is not None and demand.mode is Mode.UNKNOWN for demand in demands)
            else 0
        )

    def failures(self) -> list[TlsFailure]:
        """Group the conflicts by what decides them."""
        return failures(self.rows.decided())

    def failures_of(self, changes: Iterable[TlsChange]) -> list[TlsFailure]:
        """Group the conflicts among changed connections by what decides them."""
        new = {change.after for change in changes}
        return failures((row, 1) for row in self.rows.conflicts() if row.data in new)


def ask(before: Mesh | None, mesh: Mesh, question: Question, settings: Settings) -> TlsAnswer:
    """Answer a question about a mesh, and with ``before`` what differs from that one."""
    asked = narrow(mesh, question.home, question.client, question.host)
    shown = settings.shown_namespaces
    rows = TlsCheck(mesh).found(asked, shown)
    changed = None
    if before is not None:
        old = TlsCheck(before).found(asked, shown)
        changed = list(changes((row.data for row in old), (row.data for row in rows)))
    homes = {row.connection.upstream.host.namespace for row, _ in rows.weighed()}
    matrices = {
        name: list(matrix(mesh, name))
        for name in namespaces(mesh)
        if name in homes and (not shown or name in shown)
    }
    return TlsAnswer(rows, changed, matrices, asked != TlsFilter())


def narrow(mesh: Mesh, namespace: str, client: str | None, host: str | None) -> TlsFilter:
    """Find what the words of a command line mean: a workload, and ``HOST[:PORT]``.

    A first word that names a Service or a host alone asks about that server. A short name is one
    of the client's namespace. Raises UsageError with the closest names for what isn't there.
    """
    if client and host is None and _is_host(mesh, client, namespace):
        client, host = None, client
    name = _client(mesh, namespace, client) if client else None
    if host is None:
        return TlsFilter(name)
    text, number = _parted(host)
    found = look_up_hosts(mesh, text, name.partition("/")[0] if name else namespace)
    port = whole_number(number)
    if not found or (number and port is None):
        raise _no_host(mesh, host)
    if port is not None and not any(registered_host.port(port) for registered_host in found):
        ports = sorted({str(host_port.number) for each in found for host_port in each.ports})
        raise UsageError(f"{found[0].host} has no port {port}; it has {', '.join(ports)}")
    return TlsFilter(
        name, tuple(dict.fromkeys(registered_host.host for registered_host in found)), port
    )


def _is_host(mesh: Mesh, text: str, namespace: str) -> bool:
    own = _parted(text)[0]
    if kind_of(own) == "Service":
        return True
    return look_up_workload(mesh, own, namespace) is None and bool(
        look_up_hosts(mesh, own, namespace)
    )


def _parted(text: str) -> tuple[str, str]:
    host, _, port = text.partition(":")
    return host, port


def _no_host(mesh: Mesh, host: str) -> UsageError:
    from meshctl.inspect.near_names import nearest, nearest_hosts  # noqa: PLC0415 - for a mistake alone

    services = [
        registered_host
        for registered_host in mesh.registry
        if isinstance(registered_host.source, Service)
    ]
    near = nearest(host, (f"{service.source.name}.{service.namespace}" for service in services))
    near = near or nearest_hosts(host, (registered_host.host for registered_host in mesh.registry))
    hint = f"did you mean {' or '.join(near)}?" if near else (
        "name it as HOST, HOST.NAMESPACE or in full, with or without :PORT"
    )  # fmt: skip
    return UsageError(f"there is no host {quoted(host)}; {hint}")


def _client(mesh: Mesh, namespace: str, text: str) -> str:
    """Find a workload; a pod stands for the workload that it is of."""
    kind = kind_of(text)
    for pod in mesh.of(Workload) if kind in {"", "Pod"} else ():
        if pod.kind == "Pod" and pod not in mesh.workloads and _means(pod, text):
            text = "/".join(controller_of(pod))
            break
    several = list(mesh.workloads)
    found = look_up(several, text, namespace)
    if found is None:
        raise Lack("workload").error(text, several)
    return found.key_name


def _means(pod: Workload, text: str) -> bool:
    own = text.partition("/")[2] if kind_of(text) else text
    return own in {pod.name, f"{pod.name}.{pod.namespace}"} or text == pod.key_name
