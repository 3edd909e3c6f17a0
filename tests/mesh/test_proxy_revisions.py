"""By which revision was a running pod injected?"""

from typing import Any

import pytest

from meshctl.mesh.injection.proxy_revisions import running_revision
from meshctl.resources import Workload, make_resource
from meshctl.sources.documents import Document


def pod(container: str, **annotations: str) -> Workload:
    metadata = {"name": "cart-1", "namespace": "shop", "annotations": annotations}
    data: dict[str, Any] = {
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": {"containers": [{"name": container}]}, "status": {"phase": "Running"},
    }  # fmt: skip
    found = make_resource(Document("a.yaml", 1, "", data), data, (), "default")
    assert isinstance(found, Workload)
    return found


@pytest.mark.parametrize(
    ("annotations", "revision"),
    [
        ({"sidecar.istio.io/status": '{"revision": "old"}', "istio.io/rev": "other"}, "old"),
        ({"sidecar.istio.io/status": '{"revision": 3}', "istio.io/rev": "old"}, "old"),
        ({"sidecar.istio.io/status": "[]", "istio.io/rev": "old"}, "old"),
        ({"sidecar.istio.io/status": "{", "istio.io/rev": "old"}, "old"),
        ({"istio.io/rev": "old"}, "old"),
        ({}, ""),
    ],
)
def test_the_status_of_the_injector_comes_first(annotations: dict[str, str], revision: str) -> None:
    assert revision == running_revision(pod("istio-proxy", **annotations))
    assert running_revision(pod("cart", **annotations)) == ""
