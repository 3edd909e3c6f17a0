"""How long does ``proxy-status`` take? Serves istiods with many proxies from a process of its own.

python bench/live_proxies.py PROXIES          prints a kubeconfig, serves until stdin ends
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cost import cost

HERE = Path(__file__).parent
ISTIODS = 5
TYPES = {
    "cluster": "envoy.config.cluster.v3.Cluster",
    "listener": "envoy.config.listener.v3.Listener",
    "route": "envoy.config.route.v3.RouteConfiguration",
    "endpoint": "envoy.config.endpoint.v3.ClusterLoadAssignment",
    "extensionconfig": "envoy.config.core.v3.TypedExtensionConfig",
}
PHASES = ("network", "decode", "analysis")


class Figures(NamedTuple):
    """Seconds of the whole process and of its phases, and its peak memory in MB."""

    total: float
    phases: list[float]
    megabytes: int


def proxies(istiod: int, count: int) -> Iterator[dict[str, Any]]:
    """Walk what one istiod says of its part of the proxies: one in a hundred is stale."""
    for number in range(istiod, count, ISTIODS):
        nonces = {
            key: f"2026-11-21T06:42:14Z/{istiod}d85a890b-3a15-452f-{place:04x}-{number:012x}"
            for place, key in enumerate(TYPES)
        }
        acked = {key: "" if number % 100 == place else nonce
                 for place, (key, nonce) in enumerate(nonces.items())}  # fmt: skip
        yield {
            "cluster_id": "Kubernetes",
            "proxy": f"shop-{number % 500}-v1-65bd58d55f-{number:05d}.team-{number % 40}",
            "proxy_type": "sidecar",
            "istio_version": "1.30.2" if number % 50 == 0 else "1.31.0",
            **{f"{key}_sent": nonce for key, nonce in nonces.items()},
            **{f"{key}_acked": nonce for key, nonce in acked.items() if nonce},
            "resources": {
                f"type.googleapis.com/{url}": {
                    "sent": nonces[key],
                    "acked": acked[key],
                    "sentTime": "2026-11-21T06:42:15.742372475Z",
                }
                for key, url in TYPES.items()
            },
        }


def serve(count: int) -> None:
    sys.path.insert(0, str(HERE.parent / "tests" / "cluster"))
    from api_server import ApiServer  # noqa: PLC0415 - the server of the tests
    from istiod import Istiod  # noqa: PLC0415

    with ApiServer() as server:
        for number in range(ISTIODS):
            Istiod(server, f"istiod-{number}", syncz=list(proxies(number, count)))
        print(server.kubeconfig, flush=True)
        sys.stdin.read()


def measure(count: int, rounds: int) -> Figures:
    """Ask for so many proxies as a user does; the fastest of the rounds."""
    with subprocess.Popen(
        [sys.executable, __file__, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:  # fmt: skip
        assert server.stdin is not None  # noqa: S101 - opened above
        assert server.stdout is not None  # noqa: S101
        kubeconfig = server.stdout.readline().strip()
        runs = [_run(kubeconfig) for _ in range(rounds)]
        server.stdin.close()
    return min(runs, key=lambda figures: figures.total)


def _run(kubeconfig: str) -> Figures:
    command = [sys.executable, "-m", "meshctl", "--debug", "proxy-status"]
    taken = cost(*command, "--kubeconfig", kubeconfig)
    told = dict(re.findall(r"^(\w+): (\d+) ms$", taken.told, re.MULTILINE))
    return Figures(taken.seconds, [int(told[name]) / 1000 for name in PHASES], taken.megabytes)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
