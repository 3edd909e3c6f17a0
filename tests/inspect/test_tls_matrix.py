"""The four rows of a namespace count the ports of which the rows of its clients say something."""

from collections import Counter

from hypothesis import given, settings

from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.tls.matrix import matrix, namespaces
from meshctl.mesh.security.tls_connection import Result
from tests.inspect.test_fixes_of_conflicts import Objects, objects
from tests.mesh.test_properties_of_truth import TEAMS, read

WORDS = {
    Result.MTLS: "mutual TLS", Result.PLAINTEXT: "plaintext", Result.CONFLICT: "conflict",
    Result.TLS: "TLS of the application",
}  # fmt: skip


@settings(max_examples=60)
@given(given=objects())
def test_the_matrix_counts_the_ports_of_the_rows(given: Objects) -> None:
    mesh = read(given)
    assert set(TEAMS) <= set(namespaces(mesh))
    for team in TEAMS:
        rows = [
            row.connection
            for row in TlsCheck(mesh).found(TlsFilter(f"{team}/cart"))
            if row.connection.upstream.host.namespace == team and row.connection.server is not None
        ]
        ports = {
            (
                WORDS.get(one.result, one.result.value),
                one.reason if one.result is Result.CONFLICT else "",
                one.upstream.host.host,
                one.upstream.port.number,
            )
            for one in rows
        }
        told = Counter(word for word, *_ in ports)
        shown = next(matrix(mesh, team))
        assert ("in the mesh", "in the mesh") == shown[:2]
        counted: Counter[str] = Counter()
        for part in shown[2].split("; "):
            words, _, number = part.rpartition(" (")
            counted[words.partition(":")[0]] += int(number.split()[0])
        assert told == counted
