"""What describe says of a Service is what tls-check says of its clients and servers."""

from hypothesis import given, settings

from meshctl.inspect.describe import describe
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.output.data import data_of
from meshctl.settings import Settings
from tests.inspect.test_fixes_of_conflicts import Objects, objects
from tests.mesh.test_properties_of_truth import TEAMS, read


@settings(max_examples=40)
@given(given=objects())
def test_describe_and_tls_check_agree(given: Objects) -> None:
    mesh = read(given)
    for team in TEAMS:
        for name in ("cart", "db"):
            told = data_of(describe(mesh, "service", f"{name}.{team}", Settings()).subject)
            host = told["service"]["host"]
            asked = TlsFilter(f"{team}/cart", (host,))
            rows = [row.data for row in TlsCheck(mesh).found(asked)]
            sent = {
                (one["port"], one["subset"]): one["tls"] for one in told["service"]["client_tls"]
            }
            assert sent == {(row.port, row.subset): row.client_tls for row in rows}
            [server] = told["workloads"]
            ports = server["peer_authentication"]["ports"]
            modes = {one["port"]: one["mode"].lower() for one in ports}
            for row in rows:
                if row.server_mode is not None:
                    assert modes[row.server_port] == row.server_mode
