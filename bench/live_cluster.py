"""How long does ``analyze --cluster`` take? Serves a large cluster from a process of its own.

python bench/live_cluster.py serve COUNT    prints a kubeconfig, serves until stdin ends
python bench/live_cluster.py analyze FILE   prints seconds of network, decoding and analysis
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from generate import documents

HERE = Path(__file__).parent
PROXY = {
    "name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.31.0", "args": ["proxy", "sidecar"],
    "ports": [{"containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"}],
    "env": [{"name": f"ISTIO_META_{n}", "value": "x" * 60} for n in range(30)],
    "volumeMounts": [{"name": f"volume-{n}", "mountPath": f"/var/{n}"} for n in range(10)],
}  # fmt: skip


def objects(count: int) -> Iterator[dict[str, Any]]:
    """Walk the objects: so many of Istio with what belongs to them, and half as many pods."""
    istio = pods = 0
    for _, text in documents(4 * count):
        for document in yaml.load_all(text, yaml.CSafeLoader):
            istio += "istio.io" in document["apiVersion"]
            yield document
            if document["kind"] == "Deployment" and pods < count // 2:
                for number in range(2):
                    pods += 1
                    yield pod(document, number)
        if istio >= count:
            return


def pod(deployment: dict[str, Any], number: int) -> dict[str, Any]:
    """A running pod of a Deployment, with a sidecar and the usual bookkeeping."""
    template, meta = deployment["spec"]["template"], deployment["metadata"]
    labels = {**template["metadata"]["labels"], "pod-template-hash": "5d4f"}
    owner = {
        "kind": "ReplicaSet",
        "name": f"{meta['name']}-5d4f",
        "apiVersion": "apps/v1",
        "uid": "5d4f",
    }
    books = [{"manager": "kubelet", "fieldsV1": {f"f:{n}": {} for n in range(40)}}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{meta['name']}-5d4f-{number}", "namespace": meta["namespace"],
            "labels": {**labels, "security.istio.io/tlsMode": "istio"},
            "ownerReferences": [owner], "managedFields": books,
        },
        "spec": {**template["spec"], "containers": [*template["spec"]["containers"], PROXY]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}] * 4},
    }  # fmt: skip


def serve(count: int) -> None:
    sys.path.insert(0, str(HERE.parent / "tests" / "cluster"))
    from api_server import ApiServer  # noqa: PLC0415 - the server of the tests

    with ApiServer() as server:
        for each_object in objects(count):
            server.add(each_object)
        print(server.kubeconfig, flush=True)
        sys.stdin.read()


def analyze(kubeconfig: str) -> None:
    """Time the parts of one analysis, in a process that does nothing else."""
    from meshctl.cli.options.connect import connect  # noqa: PLC0415 - not for the server
    from meshctl.cluster.api import Access  # noqa: PLC0415
    from meshctl.cluster.snapshot import read_snapshot  # noqa: PLC0415
    from meshctl.engine.analyze import collector_off  # noqa: PLC0415
    from meshctl.engine.live import analyze_live  # noqa: PLC0415
    from meshctl.settings import Settings  # noqa: PLC0415
    from meshctl.sources.loader import Loaded  # noqa: PLC0415

    decoding = 0.0
    loads = json.loads

    def timed_loads(text: Any, **options: Any) -> Any:
        nonlocal decoding
        started = time.thread_time()
        data = loads(text, **options)
        decoding += time.thread_time() - started
        return data

    json.loads = timed_loads
    started = time.perf_counter()
    with collector_off():
        live = read_snapshot(connect(Access(kubeconfig=kubeconfig)))
    read = time.perf_counter()
    report = analyze_live(live, Loaded(0, [], []), Settings(whole_mesh=True))
    done = time.perf_counter()
    print(read - started - decoding, decoding, done - read, report.summary.resources)


def measure(count: int, rounds: int) -> list[float]:
    """Seconds of network, decoding and analysis, of the fastest of the rounds."""
    with subprocess.Popen(
        [sys.executable, __file__, "serve", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:  # fmt: skip
        assert server.stdin is not None  # noqa: S101 - opened above
        assert server.stdout is not None  # noqa: S101
        kubeconfig = server.stdout.readline().strip()
        command = [sys.executable, __file__, "analyze", kubeconfig]
        runs = [
            subprocess.run(command, capture_output=True, text=True, check=True)
            for _ in range(rounds)
        ]
        server.stdin.close()
    figures = [[float(word) for word in run.stdout.split()] for run in runs]
    return min(figures, key=lambda figures_of_run: sum(figures_of_run[:3]))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        analyze(sys.argv[2])
