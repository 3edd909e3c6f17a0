"""What Prometheus answers, and what is said where it doesn't; a real one measures a made-up mesh."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from meshctl.cluster.api import ClusterError
from meshctl.cluster.prometheus import TOKEN, Prometheus
from meshctl.errors import UsageError
from meshctl.inspect.size.answer import SizeAnswer, size
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.proxy_config_size.config_sizes import ConfigSizes
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

BINARY = shutil.which("prometheus")
MIB = 1024 * 1024
PODS = 30


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answer(self)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name that http.server asks for

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def vector(*samples: tuple[dict[str, str], str], **more: Any) -> bytes:
    result = [{"metric": labels, "value": [1, value]} for labels, value in samples]
    form = {"status": "success", "data": {"resultType": "vector", "result": result}, **more}
    return json.dumps(form).encode()


def test_values_come_with_their_labels_and_warnings_are_kept() -> None:
    body = vector(({"pod": "a"}, "1.5"), ({"pod": "b"}, "text"), warnings=["a store is down"])
    with served(lambda _: (200, body)) as url:
        prometheus = Prometheus(url)
        assert [({"pod": "a"}, 1.5)] == [tuple(one) for one in prometheus.query("up")]
        assert ["a store is down"] == prometheus.warnings


def test_a_token_of_the_environment_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "t0")
    seen = []

    def answer(handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        seen.append(handler.headers["Authorization"])
        return 200, vector()

    with served(answer) as url:
        assert Prometheus(url).value("up") is None
    assert ["Bearer t0"] == seen


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (200, b"<html>", "no Prometheus form; name the URL before /api/v1"),
        (400, b'{"status": "error", "error": "parse error"}', "parse error"),
        (200, b"[]", "no Prometheus form"),
    ],
)
def test_a_bad_answer_is_one_sentence(status: int, body: bytes, text: str) -> None:
    with served(lambda _: (status, body)) as url, pytest.raises(ClusterError, match=text):
        Prometheus(url).query("up")


def test_nobody_there_and_no_url() -> None:
    with pytest.raises(ClusterError, match="no Prometheus answers at http://127"):
        Prometheus(f"http://127.0.0.1:{free_port()}").query("up")
    with pytest.raises(UsageError, match="wants a URL such as"):
        Prometheus("localhost:9090")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make(api: str, kind: str, name: str, spec: Any, **labels: str) -> Any:
    metadata = {"name": name, "namespace": "bank", "labels": labels}
    data = {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}
    return make_resource(Document("f", 1, "", data), data, (), "bank")


def bank() -> Mesh:
    """Make a mesh whose sidecars know more and more Services, by a Sidecar for each."""
    made = [make("v1", "Namespace", "bank", {}, **{"istio-injection": "enabled"})]
    for n in range(PODS):
        app = {"app": f"desk{n}"}
        pod = {"metadata": {"labels": app}, "spec": {"containers": [{"name": "app"}]}}
        ports = [{"name": "http", "port": 80}, {"name": "tcp", "port": 9000 + n}]
        hosts = [f"./desk{m}.bank.svc.cluster.local" for m in range(n + 1)]
        made.append(make("apps/v1", "Deployment", f"desk{n}", {"template": pod}))
        made.append(make("v1", "Service", f"desk{n}", {"selector": app, "ports": ports}))
        sidecar = {"workloadSelector": {"labels": app}, "egress": [{"hosts": hosts}]}
        made.append(make("networking.istio.io/v1", "Sidecar", f"desk{n}", sidecar))
    return Mesh(made, MeshConfig(), is_whole=True)


def exposition(mesh: Mesh) -> bytes:
    sizes, lines = ConfigSizes(mesh), []
    for n, workload in enumerate(mesh.workloads):
        clusters = sizes.config_of(workload).counts.clusters
        mib = 38 + 0.11 * clusters + (n * 7 % 11 - 5) / 100
        labels = f'namespace="bank",pod="{workload.name}-6f9d-x{n}",container="istio-proxy"'
        lines.append(f"container_memory_working_set_bytes{{{labels}}} {mib * MIB:.0f}")
    lines += ["pilot_xds 30", "pilot_services 30", "pilot_total_xds_rejects 2", ""]
    return "\n".join(lines).encode()


@contextmanager
def prometheus_of(target: str, home: Path) -> Iterator[str]:
    address = f"127.0.0.1:{free_port()}"
    config = home / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: mesh\n"
        f"  static_configs: [{{targets: ['{target}']}}]\n"
    )
    command = [
        str(BINARY), f"--config.file={config}", f"--web.listen-address={address}",
        f"--storage.tsdb.path={home / 'data'}",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://{address}"
        finally:
            process.terminate()


def measured(mesh: Mesh, url: str) -> SizeAnswer:
    """Ask until the first scrape has come in."""
    for _ in range(120):
        try:
            answer = size(mesh, Prometheus(url), pods=1000)
        except ClusterError:
            answer = None
        if answer is not None and answer.model.source == "prometheus":
            return answer
        time.sleep(0.25)
    raise AssertionError("Prometheus has scraped nothing")


@pytest.mark.skipif(
    BINARY is None, reason="there is no prometheus here (Debian: apt install prometheus): "
    "nothing was measured by a real one",
)  # fmt: skip
def test_a_real_prometheus_measures_a_made_up_mesh(tmp_path: Path) -> None:
    mesh = bank()
    text = exposition(mesh)
    with served(lambda _: (200, text)) as exporter:
        target = exporter.removeprefix("http://")
        with prometheus_of(target, tmp_path) as url:
            answer = measured(mesh, url)
    model = answer.model
    assert (PODS, True) == (model.points, all(row.is_measured for row in answer.proxies))
    assert model.mib_per_cluster == pytest.approx(0.11, abs=0.005)
    assert model.base_mib == pytest.approx(38, abs=0.5)
    assert answer.control_plane is not None
    assert (30, 2) == (answer.control_plane.proxies, answer.control_plane.rejected_configurations)
    assert answer.forecast is not None
    mean = sum(row.memory_mib for row in answer.proxies) / PODS
    assert answer.forecast.total_mib == pytest.approx(1000 * mean)
