"""What do requests cost beside loading the mesh they go through? Prints ratios of CPU seconds.

    python bench/traces.py [RESOURCES [REQUESTS]]

Each figure is the least of three fresh processes: one loads the mesh, one follows a request of a
workload or of a client outside as well, one a thousand of them or as many as is said.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from generate import write

from meshctl.engine.analyze import collector_off, load_mesh
from meshctl.inspect.trace.answer import form, trace
from meshctl.inspect.trace.requests import make_request
from meshctl.resources import Service, Workload
from meshctl.settings import Settings
from meshctl.sources.loader import load

HERE = Path(__file__)
ROUNDS = 3
WAYS = ("load", "one", "outside", "many")


def follow(mesh_directory: str, way: str, many: int) -> None:
    """Load a mesh, and follow the requests that the way stands for; print the CPU seconds."""
    with collector_off():
        mesh = load_mesh(load([mesh_directory]), Settings())
        chosen = random.Random(1)
        services, clients = mesh.of(Service), mesh.of(Workload)
        for _ in range({"load": 0, "many": many}.get(way, 1)):
            service = chosen.choice(services)
            port = service.ports[0].port
            url = f"http://{service.name}.{service.namespace}:{port}/"
            client = chosen.choice(clients)
            sender = f"{client.name}.{client.namespace}"
            if way == "outside":
                url, sender = f"http://{service.name}.example.com/", way
            json.dumps(form(trace(mesh, make_request(url, sender), "default")))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(sum(one.ru_utime + one.ru_stime for one in used))


def seconds(path: Path, way: str, many: int) -> float:
    command = [sys.executable, str(HERE), str(path), way, str(many)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(path: Path, many: int) -> dict[str, float]:
    """CPU seconds of loading a mesh, and of loading it and following requests."""
    rounds = [{way: seconds(path, way, many) for way in WAYS} for _ in range(ROUNDS)]
    return {way: min(one[way] for one in rounds) for way in WAYS}


def main() -> None:
    given = [int(word) for word in sys.argv[1:]]
    count, many = (*given, *(10_000, 1_000)[len(given) :])
    with tempfile.TemporaryDirectory() as name:
        write(count, Path(name))
        found = measure(Path(name), many)
    print(f"loading {count:,} resources: {found['load']:.2f} s of CPU")
    for way, budget in (("one", "1.1"), ("outside", "1.1"), ("many", "2")):
        print(f"  with {way}: {found[way] / found['load']:.2f} x (budget {budget} x)")


if __name__ == "__main__":
    if len(sys.argv) > 2 and os.sep in sys.argv[1]:
        follow(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
