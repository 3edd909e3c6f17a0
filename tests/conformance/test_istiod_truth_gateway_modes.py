"""Does a gateway take on each port what real istiod has sent it? Every recorded port counts.

The recordings name the filter chains of each listener: with TLS and which certificate, by SNI alone,
or plain.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.inspect.tls.check import TlsCheck
from meshctl.mesh import Mesh
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/istiod-truth"
GATEWAY = "istio-system/istio-ingressgateway"
LEAST = 100
"""How many ports the recordings have at least; with fewer this would compare too little."""


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


def recorded(listeners: list[dict[str, Any]]) -> dict[int, str]:
    """Give the mode of each port whose chains are all alike."""
    found: dict[int, set[str]] = {}
    for listener in listeners:
        port = int(listener["address"].rpartition(":")[2])
        found.setdefault(port, set()).update(map(mode_of, listener["chains"]))
    return {port: modes.pop() if len(modes) == 1 else "unknown" for port, modes in found.items()}


def mode_of(chain: dict[str, Any]) -> str:
    if "tls" in chain:
        return "strict" if chain["tls"]["cert"] == ["default"] else "tls"
    return "passthrough" if chain.get("sni") or chain.get("sni_cluster") else "disable"


def modelled(mesh: Mesh) -> dict[int, str | None]:
    rows = TlsCheck(mesh).rows("default/productpage-v1")
    return {row.server_port or 0: row.server_mode for row in rows if row.server == GATEWAY}


def compared() -> Iterator[tuple[str, int, str, str | None]]:
    base = [resource(one) for one in yaml.safe_load_all((DATA / "gw-base.yaml").read_text()) if one]
    for line in (DATA / "gw-s1.jsonl").read_text().splitlines():
        scenario = json.loads(line)
        mesh = Mesh((*base, *map(resource, scenario["manifests"])))
        ours = modelled(mesh)
        for port, mode in recorded(scenario["truth"]["listeners"]).items():
            if port in ours:
                yield scenario["id"], port, mode, ours[port]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recordings in {DATA}: nothing was compared")
def test_modes_of_gateway_ports() -> None:
    found = list(compared())
    assert [] == [one for one in found if one[2] != one[3]]
    assert len(found) >= LEAST
