"""Does what is said of overlapping VirtualServices agree with the routes real istiod sends?

In the recordings of istiod 1.31 every object has its age, so it is known who comes first. Checked
are: the first of two that collide stands before the second wherever both are sent; what is called
dead below a route that takes everything is never sent; what an earlier rule is said to cover
stands behind it.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.mesh import Mesh
from meshctl.mesh.traffic.route_matches import RouteMatch
from meshctl.resources import VirtualService, make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/istiod-truth"

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of istiod are not in {DATA}: nothing was compared"
)


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


def scenarios() -> Iterator[tuple[str, Mesh, dict[str, Any]]]:
    base = [
        resource(data)
        for data in yaml.load_all((DATA / "gw-base.yaml").read_text(), yaml.CSafeLoader)
    ]
    for line in (DATA / "gw-s1.jsonl").read_text().splitlines():
        item = json.loads(line)
        mesh = Mesh([*base, *(resource(data) for data in item["manifests"])])
        yield item["id"], mesh, item["truth"]


def name(route_match: RouteMatch) -> tuple[str, str]:
    match = route_match.match.match.name if route_match.match is not None else ""
    return (
        route_match.service.key_name,
        f"{route_match.rule.name}.{match}" if match else route_match.rule.name,
    )


def orders(truth: dict[str, Any]) -> list[list[tuple[str, str]]]:
    return [
        [(route["vs"], route["name"]) for route in host["routes"]]
        for hosts in truth["routes"].values()
        for host in hosts
    ]


def stands_before(first: tuple[str, str], second: tuple[str, str], truth: Any) -> set[bool]:
    return {
        order.index(first) < order.index(second)
        for order in orders(truth)
        if first in order and second in order
    }


@needs_data
def test_who_comes_first_is_who_stands_first(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()
    wrong = []
    for scenario, mesh, truth in scenarios():
        for service in mesh.of(VirtualService):
            unused = mesh.gateways.route_overlaps.unused_default(service)
            for overlap in [
                *mesh.gateways.route_overlaps.overlaps(service),
                *([unused] if unused else []),
            ]:
                counted["collisions"] += 1
                assert overlap.order_known
                found = stands_before(name(overlap.first), name(overlap.second), truth)
                counted["seen together"] += bool(found)
                if False in found:
                    wrong.append((scenario, name(overlap.first), name(overlap.second)))
    with capsys.disabled():
        print(f"\noverlaps: {dict(counted)}, {len(wrong)} in another order")  # noqa: T201 - the figures
    assert wrong == []
    assert counted["seen together"] > 0


@needs_data
def test_what_is_dead_is_not_sent_or_stands_behind(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()
    wrong = []
    for scenario, mesh, truth in scenarios():
        sent = {route for order in orders(truth) for route in order}
        for service in mesh.of(VirtualService):
            for shadow in mesh.traffic.unreachable_rules.of(service):
                dead = name(shadow.dead)
                if shadow.is_by_catch_all:
                    counted["cut off"] += 1
                    agrees = dead not in sent
                else:
                    counted["covered"] += 1
                    agrees = False not in stands_before(name(shadow.by), dead, truth)
                if not agrees:
                    wrong.append((scenario, dead))
    with capsys.disabled():
        print(f"\ndead rules: {dict(counted)}, {len(wrong)} disagree")  # noqa: T201 - the figures
    assert wrong == []
    assert counted["cut off"] > 0
