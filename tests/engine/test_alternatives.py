"""Objects that may never meet are not held against each other, and rules say that they held back."""

from collections.abc import Mapping
from pathlib import Path

from meshctl.engine.analyze import analyze
from meshctl.engine.report import Report
from meshctl.settings import Rendering, Settings

LOST = "virtual-service/mesh-host-duplicated"


def route(name: str, subset: str, home: str = ", namespace: shop") -> str:
    return f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}{home}}}
spec:
  hosts: [cart]
  http: [{{route: [{{destination: {{host: cart, subset: {subset}}}}}]}}]
"""


def run(root: Path, files: Mapping[str, str], **settings: object) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    chosen = {"rendering": Rendering("never"), "select": (LOST,), **settings}
    return analyze([str(root)], Settings(**chosen))  # type: ignore[arg-type]


def found(report: Report) -> list[str]:
    return [Path(one.location.file).name for one in report.findings]


def test_steps_of_a_demonstration_are_not_held_against_each_other(tmp_path: Path) -> None:
    files = {
        "demo/1.yaml": route("cart", "v1"),
        "demo/2.yaml": route("cart", "v2"),
        "demo/other.yaml": route("by-header", "v2"),
        "more/timeouts.yaml": route("timeouts", "v1"),
    }
    report = run(tmp_path, files)
    assert [] == found(report)
    (gap,) = report.not_checked
    assert LOST == gap.rule
    assert gap.reason.endswith(
        "/demo are alternatives, since several declare the same VirtualService, so other "
        "VirtualServices may not stand beside them"
    )


def test_a_directory_without_alternatives_is_taken_as_a_whole(tmp_path: Path) -> None:
    files = {"k8s/1.yaml": route("cart", "v1"), "k8s/2.yaml": route("by-header", "v2")}
    assert ["1.yaml", "2.yaml"] == found(run(tmp_path, files))


def test_directories_that_declare_an_object_differently_exclude_each_other(tmp_path: Path) -> None:
    gateway = """---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: entry, namespace: shop}}
spec: {{selector: {{istio: {0}}}, servers: [{{hosts: [a.example], port: {{number: 80, name: a, protocol: HTTP}}}}]}}
"""
    files = {
        "old/all.yaml": route("cart", "v1") + gateway.format("entry"),
        "new/all.yaml": route("carts", "v2") + gateway.format("door"),
    }
    report = run(tmp_path, files)
    assert [] == found(report)
    assert [True] == [
        one.reason.endswith("/old declare the same objects, and count as alternatives")
        for one in report.not_checked
    ]


def test_directories_without_namespace_may_go_to_several(tmp_path: Path) -> None:
    files = {"a/1.yaml": route("cart", "v1", ""), "b/2.yaml": route("other", "v2", "")}
    report = run(tmp_path, files)
    assert [] == found(report)
    assert [(LOST, "--default-namespace says that it is one")] == [
        (one.rule, one.reason.rpartition("; ")[2]) for one in report.not_checked
    ]
    assert ["1.yaml", "2.yaml"] == found(run(tmp_path, files, default_namespace="shop"))


def test_one_directory_goes_to_one_namespace(tmp_path: Path) -> None:
    files = {"a/1.yaml": route("cart", "v1", ""), "a/2.yaml": route("other", "v2", "")}
    assert ["1.yaml", "2.yaml"] == found(run(tmp_path, files))


def test_a_kustomization_is_applied_together(tmp_path: Path) -> None:
    files = {
        "a/1.yaml": route("cart", "v1", ""),
        "b/2.yaml": route("other", "v2", ""),
        "kustomization.yaml": "resources: [a/1.yaml, b/2.yaml]",
    }
    assert ["1.yaml", "2.yaml"] == found(run(tmp_path, files))


def test_many_for_one_host_are_a_collection(tmp_path: Path) -> None:
    files = {f"k8s/{number}.yaml": route(f"route-{number}", f"v{number}") for number in range(4)}
    report = run(tmp_path, files)
    assert [("warning", LOST)] * 4 == [(one.severity, one.rule) for one in report.findings]
