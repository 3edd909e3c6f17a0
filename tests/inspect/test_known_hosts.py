"""The hosts that a change makes known, or hides, are those that a look at each host finds."""

import random
from collections.abc import Iterator
from typing import Any

from meshctl.inspect.changes.changed_objects import changed_objects
from meshctl.inspect.changes.known_hosts import changed_hosts
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import make_resource
from meshctl.sources.documents import Document
from tests.crowds import things

NAMES = ("n-0", "n-1", "n-2")
Objects = dict[object, dict[str, Any]]


def _mesh(objects: Objects) -> Mesh:
    several = objects.values()
    resources = [make_resource(Document("a", 1, "", one), one, (), "default") for one in several]
    return Mesh(tuple(resources), MeshConfig(), is_whole=True)


def _some(chance: random.Random) -> Objects:
    """Make two thirds of the objects that there may be, each in one of several forms."""
    found: Objects = {}
    for home in NAMES:
        found["client", home] = things.workload("client", home)
        for name in ("web", "data"):
            exported = {} if chance.random() < 0.7 else {"networking.istio.io/exportTo": "."}
            found[name, home] = things.service(name, home, annotations=exported)
        hosts = chance.choice((["./*"], ["*/*"], ["n-1/*"], ["*/web.n-0.svc.cluster.local", "~/*"]))
        found["Sidecar", home] = things.thing(
            "Sidecar", "own", home, spec={"egress": [{"hosts": hosts}]}
        )
        target = f"web.{chance.choice(NAMES)}.svc.cluster.local"
        found["route", home] = {
            **things.virtual("route", [f"data.{home}.svc.cluster.local"], target),
            "metadata": {"name": "route", "namespace": home},
        }
    return {key: one for key, one in found.items() if key[0] == "client" or chance.random() < 0.67}


def _changed(chance: random.Random, objects: Objects) -> Objects:
    """Take some of the objects from another mesh."""
    other = _some(chance)
    kinds = chance.choice((("Sidecar",), ("Sidecar", "web"), ("Sidecar", "route"), ("web", "data")))
    keys = [key for key in {**objects, **other} if key[0] in kinds and chance.random() < 0.5]
    merged = {key: one for key, one in objects.items() if key not in keys}
    return {**merged, **{key: other[key] for key in keys if key in other}}


def _looked_at(old: Mesh, new: Mesh) -> Iterator[tuple[str, bool]]:
    hosts = sorted({one.host for mesh in (old, new) for one in mesh.registry})
    for home in NAMES:
        scopes = [
            mesh.request_paths.views.scope_of(mesh.workloads.in_mesh(home)[0])
            for mesh in (old, new)
        ]
        for host in hosts:
            was, now = (scope.service(host) is not None for scope in scopes)
            if was is not now:
                yield f"{home} {host}", now


def test_hosts_are_found_as_if_each_were_looked_at() -> None:
    chance = random.Random(3)
    several = 0
    for _ in range(150):
        objects = _some(chance)
        old, new = _mesh(objects), _mesh(_changed(chance, objects))
        changes = changed_objects(old, new)
        found = changed_hosts(old, new, changes)
        changed_kinds = {one.either.kind for one in changes}
        if changed_kinds == {"VirtualService"}:  # routes alone make nobody know other hosts
            continue
        told = [(one.name, one.now is not None) for one in found]
        assert told == [*_looked_at(old, new)]
        several += bool(told)
    assert several > 50
