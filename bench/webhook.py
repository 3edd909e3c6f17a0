"""How long does a review take? 2,000 of them over TLS, on 8 connections, with 10,000 objects.

python bench/webhook.py [OBJECTS [REVIEWS]]    prints p50 and p99, and their ratio to an empty handler

The server is a process of its own, as in a cluster; its snapshot is a generated mesh with pods.
"""

import asyncio
import copy
import gc
import http.client
import json
import os
import random
import resource
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from generate import documents
from live_cluster import pod

from meshctl.cluster.snapshot import document_of
from meshctl.gate.live.live_snapshot import LiveSnapshot
from meshctl.gate.policy import Answering, Mode
from meshctl.gate.serving.app import review_app
from meshctl.gate.serving.certificate import Certificate
from meshctl.gate.serving.judges import Bench, forked
from meshctl.gate.serving.metrics import Metrics
from meshctl.gate.serving.queue import ReviewQueue
from meshctl.gate.serving.self_signed import renewed
from meshctl.gate.serving.warm_up import warm_up
from meshctl.resources import make_resource
from meshctl.settings import Settings

OBJECTS, REVIEWS, CONNECTIONS = 10_000, 2_000, 8
CHANGED = ("VirtualService", "DestinationRule", "PeerAuthentication", "ServiceEntry", "Service")


def objects(count: int) -> Iterator[dict[str, Any]]:
    made = 0
    for _, text in documents(2 * count):
        for document in yaml.load_all(text, yaml.CSafeLoader):
            yield document
            made += 1
            if document["kind"] == "Deployment":
                for number in range(2):
                    yield pod(document, number)
                    made += 1
        if made >= count:
            return


def reviews(count: int, total: int) -> list[bytes]:
    """Changes of what people change: a new object beside an old one, another spec, a deletion."""
    chance = random.Random(7)
    pool = [one for one in objects(total) if one["kind"] in CHANGED]
    kinds = ("CREATE", "UPDATE", "UPDATE", "DELETE")
    return [review(chance.choice(pool), chance.choice(kinds), n) for n in range(count)]


def change(kind: str, spec: dict[str, Any], number: int) -> None:
    if kind == "VirtualService":
        spec["http"][-1]["timeout"] = f"{number + 1}s"
    elif kind == "DestinationRule":
        spec["trafficPolicy"]["outlierDetection"]["consecutive5xxErrors"] = number + 1
    elif kind == "PeerAuthentication":
        spec["mtls"]["mode"] = "PERMISSIVE"
    else:
        port = 10_000 + number
        spec["ports"].append(
            {"name": f"http-{port}", "port": port, "number": port, "protocol": "HTTP"}
        )
        del spec["ports"][-1]["port" if kind == "ServiceEntry" else "number"]
        if kind == "Service":
            spec["ports"][-1]["protocol"] = "TCP"


def review(given: dict[str, Any], operation: str, number: int) -> bytes:
    old, new = copy.deepcopy(given), copy.deepcopy(given)
    change(new["kind"], new["spec"], number)
    if operation == "CREATE":
        old, new["metadata"]["name"] = None, f"{given['metadata']['name']}-new"
    elif operation == "DELETE":
        new = None
    group, _, version = given["apiVersion"].rpartition("/")
    meta = given["metadata"]
    request = {
        "uid": f"{number}", "operation": operation, "object": new, "oldObject": old,
        "kind": {"group": group, "version": version, "kind": given["kind"]},
        "name": (new or old or {})["metadata"]["name"], "namespace": meta.get("namespace", ""),
        "userInfo": {"username": "jane"},
    }  # fmt: skip
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    return json.dumps(body).encode()


async def serve(count: int, folder: Path) -> None:
    made = renewed(None, ["localhost"])
    for name, content in (("tls.crt", made.leaf.certificate), ("tls.key", made.leaf.key)):
        (folder / name).write_bytes(content)
    certificate = Certificate(str(folder / "tls.crt"), str(folder / "tls.key"))
    before = resident()
    live = LiveSnapshot()
    snapshot = live.snapshot
    for data in objects(count):
        document = document_of("bench", data)
        snapshot.put(make_resource(document, document.data, (), "default"))
    snapshot_size = resident() - before
    judging = Bench(live, Settings(), Answering(Mode.ENFORCE))
    warm_up(judging.judge)
    queue = ReviewQueue()
    app = review_app(queue, Metrics())
    app.router.add_post("/empty", empty)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.context).start()
    gc.collect()
    gc.freeze()
    judges = forked(judging)
    print(
        runner.addresses[0][1],
        len(snapshot),
        f"{snapshot_size:.0f}",
        f"{resident():.0f}",
        flush=True,
    )
    work = [one for judge in judges for one in (judge.tell(), judge.hear())]
    await asyncio.gather(*work, *(queue.work(judge.decide) for judge in judges or [judging]))


async def empty(request: web.Request) -> web.Response:
    json.loads(await request.read())
    return web.json_response({"response": {"allowed": True}})


def resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ask(port: int, path: str, bodies: list[bytes]) -> tuple[list[float], int]:
    """Send reviews on one connection; gives the seconds of each, and how many were unchecked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
    connection.connect()
    taken, unchecked = [], 0
    for body in bodies:
        start = time.perf_counter()
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
        taken.append(time.perf_counter() - start)
        unchecked += b"not fully checked" in answer
    return taken, unchecked


def processor_seconds(pid: int) -> float:
    """Give the time of a processor, user and system, of a process and its children (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)


def measure(port: int, path: str, bodies: list[bytes]) -> tuple[float, float, int, float]:
    """Give p50 and p99 in milliseconds, the number of unchecked answers, and answers per second."""
    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = [bodies[number::CONNECTIONS] for number in range(CONNECTIONS)]
        found = list(pool.map(lambda part: ask(port, path, part), parts))
    seconds = time.perf_counter() - start
    taken = sorted(1000 * one for times, _ in found for one in times)
    unchecked = sum(number for _, number in found)
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)], unchecked, len(taken) / seconds


def main() -> None:
    count, number = (int(word) for word in (*sys.argv[1:], OBJECTS, REVIEWS)[:2])
    bodies = reviews(number, count)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "serve", str(count), folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            port, size, snapshot, whole = server.stdout.readline().split()
            print(f"{size} objects: the snapshot takes {snapshot} MB, the process {whole} MB")
            measure(int(port), "/review", bodies[:40])  # modules are imported, indexes made
            plain = measure(int(port), "/empty", bodies)
            load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
            before = processor_seconds(server.pid)
            full = measure(int(port), "/review", bodies)
            spent = processor_seconds(server.pid) - before
            for name, found in (("empty handler", plain), ("review", full)):
                print(
                    f"{name}: p50 {found[0]:.1f} ms, p99 {found[1]:.1f} ms, {found[3]:.0f} a second"
                )
            print(f"ratio of p99: {full[1] / plain[1]:.1f}; unchecked: {full[2]} of {number}")
            print(f"a review takes {1000 * spent / number:.1f} ms of a processor; load {load}")
            server.terminate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2]), Path(sys.argv[3])))
    else:
        main()
