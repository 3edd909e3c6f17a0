"""Do sidecars answer hosts with the VirtualService and destinations that real istiod gives them?

Recorded are calls of pods in random meshes with the virtual host, the VirtualService and the
destinations that istiod 1.31 configured for them. HTTPRoutes are not compared here.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.mesh import Mesh
from meshctl.mesh.traffic.sidecar_routes import SidecarVirtualHost
from meshctl.resources import Workload, make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/trace-truth"
FLOOR = 0.985
_NOBODY = {"allow_any", "block_all", "allow_any_dynamic_dns"}

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of istiod are not in {DATA}: nothing was compared"
)


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


def calls() -> Iterator[tuple[Mesh, dict[str, Any], dict[str, Any]]]:
    texts = yaml.load_all((DATA / "base.yaml").read_text(), yaml.CSafeLoader)
    base = [resource(data) for data in texts]
    for line in (DATA / "trace-s1.jsonl").read_text().splitlines():
        one = json.loads(line)
        mesh = Mesh([*base, *(resource(data) for data in one["manifests"])])
        for call in one["calls"]:
            yield mesh, call["call"], call


def is_compared(call: dict[str, Any], recorded: dict[str, Any]) -> bool:
    result = recorded["result"]
    plain = call["kind"] == "outbound" and call["proto"] != "tcp" and not call.get("tls")
    routed = result.get("proto") == "http" and "rds" in result
    return plain and routed and not recorded.get("unstable") and "~" not in result.get("vs", "")


def agrees(found: SidecarVirtualHost | None, result: dict[str, Any]) -> bool:
    if result.get("vhost") in {None, *_NOBODY}:
        return found is None
    if found is None:
        return False
    expected = result.get("vs")
    if found.virtual_service is None:
        return expected is None
    if expected is None:  # a request that no route of the VirtualService takes
        return result["outcome"] == "no-route"
    if found.virtual_service.key_name != expected or "route_index" not in result:
        return found.virtual_service.key_name == expected
    targets = found.routes[result["route_index"]].targets
    to = [one for one in result.get("to", ()) if "host" in one]
    if len(to) != len(result.get("to", ())) or not to:
        return True
    wanted = {(one["host"], one["port"], one.get("subset", "")) for one in to}
    return wanted == {(one.host, one.port, one.subset) for one in targets}


@needs_data
def test_sidecars_answer_as_those_of_istiod(capsys: pytest.CaptureFixture[str]) -> None:
    good = total = 0
    for mesh, call, recorded in calls():
        if not is_compared(call, recorded):
            continue
        pods = (one for one in mesh.of(Workload) if one.key_name == f"{call['from']}-0")
        client = next(pods)
        # A name with the namespace is what DNS completes.
        name = call["host"].partition(":")[0].lower()
        host = mesh.registry.unshortened(name, client.namespace)
        found = mesh.sidecar_routes.find(mesh.sidecar_scope.client(client), host, call["port"])
        good += agrees(found, recorded["result"])
        total += 1
    with capsys.disabled():
        print(f"\nroutes of sidecars: {good} of {total} calls agree with istiod")  # noqa: T201 - the figures
    assert good >= FLOOR * total
