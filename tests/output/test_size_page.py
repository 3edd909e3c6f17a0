"""The page and the text of ``size``: the plot is in them, and no text of the mesh acts."""

import io
import json
from typing import Any

from meshctl.inspect.size.answer import SizeAnswer, size
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.output.size.write import write
from meshctl.resources import make_resource
from meshctl.sources.documents import Document


def make(api: str, kind: str, name: str, spec: Any, **metadata: Any) -> Any:
    data = {
        "apiVersion": api, "kind": kind, "spec": spec,
        "metadata": {"name": name, "namespace": "bank", **metadata},
    }  # fmt: skip
    return make_resource(Document("f", 1, "", data), data, (), "bank")


def answer() -> SizeAnswer:
    pods = {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [{"name": "app"}]}}
    made = [
        make("v1", "Namespace", "bank", {}, labels={"istio-injection": "enabled"}),
        make("apps/v1", "Deployment", "<script>alert(1)</script>\x1b[31m", {"template": pods}),
        make("apps/v1", "Deployment", "wide", {"template": pods, "replicas": 3}),
        make("v1", "Service", "d", {"selector": {"app": "d"}, "ports": [{"name": "http", "port": 80}]}),
        make("networking.istio.io/v1", "Sidecar", "s",
             {"workloadSelector": {"labels": {"app": "none"}}, "egress": [{"hosts": ["./*"]}]}),
    ]  # fmt: skip
    return size(Mesh(made, MeshConfig(), is_whole=True), pods=100)


def written(form: str) -> str:
    out = io.StringIO()
    write(form, answer(), out)
    return out.getvalue()


def test_a_page_has_the_plot_and_nothing_from_elsewhere() -> None:
    page = written("html")
    assert "<svg" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert ("\x1b" in page, "http" in page.replace("http-equiv", "")) == (False, False)


def test_text_names_an_estimate_and_the_forecast() -> None:
    text = written("text")
    assert "An estimate, not measured: 46 MiB" in text
    assert "100 sidecars of today's size:" in text
    assert "\x1b" not in text


def test_json_has_a_row_for_each_workload() -> None:
    data = json.loads(written("json"))
    assert (1, "estimate", [1, 3]) == (
        data["version"], data["model"]["source"], [row["pods"] for row in data["proxies"]],
    )  # fmt: skip


def test_no_proxies_have_a_reason() -> None:
    out = io.StringIO()
    write("text", size(Mesh([], MeshConfig()), pods=None), out)
    assert "No workload here is known to have a proxy" in out.getvalue()
    assert "No workload" not in written("text")
