"""Built objects lead back to the lines of bases, patches and kustomizations."""

import shutil
from pathlib import Path

import pytest

from meshctl.sources import files
from meshctl.sources.rendering.discovery import find
from meshctl.sources.rendering.kustomize import Kustomize

PROGRAM = shutil.which("kustomize") or shutil.which("kubectl")
needs_kustomize = pytest.mark.skipif(
    PROGRAM is None, reason="neither kustomize nor kubectl is on PATH, so nothing is built"
)

ROUTES = """\
# routes of the till
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: till
spec:
  hosts: [till]
  http:
    - route:
        - destination:
            host: till
            port:
              number: 80
          weight: 100
"""
POLICY = """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: wide
spec:
  mtls:
    mode: STRICT
"""


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def build(folder: Path, top: str = "live"):
    assert PROGRAM is not None
    return Kustomize(PROGRAM).render(folder / top, top)


def places(folder: Path, kind: str, *paths, top: str = "live"):
    rendered = build(folder, top)
    assert rendered.problems == []
    (document,) = (one for one in rendered.documents if one.data["kind"] == kind)
    found = [document.written(path) for path in paths]
    return [(place.file, place.span.line, place.note) for place in found]


HOST = ("spec", "http", 0, "route", 0, "destination", "host")
PORT = ("spec", "http", 0, "route", 0, "destination", "port", "number")
MODE = ("spec", "mtls", "mode")


@needs_kustomize
def test_a_value_of_the_base_is_at_its_line(tmp_path: Path) -> None:
    write(tmp_path / "base", routes__yaml=ROUTES, kustomization__yaml="resources: [routes.yaml]\n")
    write(tmp_path / "live", kustomization__yaml="resources: [../base]\nnamespace: shop\n")
    assert [("base/routes.yaml", 11, ""), ("live/kustomization.yaml", 2, "")] == places(
        tmp_path, "VirtualService", HOST, ("metadata", "namespace")
    )


@needs_kustomize
def test_a_patched_value_is_in_its_patch(tmp_path: Path) -> None:
    patch = POLICY.replace("STRICT", "DISABLE")
    write(tmp_path / "base", all__yaml=POLICY, kustomization__yaml="resources: [all.yaml]\n")
    write(
        tmp_path / "live",
        kustomization__yaml="resources: [../base]\npatches:\n  - path: off.yaml\n",
        off__yaml=patch,
    )
    assert [("live/off.yaml", 7, "")] == places(tmp_path, "PeerAuthentication", MODE)


@needs_kustomize
def test_an_inline_patch_has_lines_too(tmp_path: Path) -> None:
    inline = (
        "resources: [../base]\npatches:\n  - target: {kind: VirtualService}\n    patch: |-\n"
        "      - op: replace\n        path: /spec/http/0/route/0/destination/port/number\n"
        "        value: 8080\n"
    )
    write(tmp_path / "base", routes__yaml=ROUTES, kustomization__yaml="resources: [routes.yaml]\n")
    write(tmp_path / "live", kustomization__yaml=inline)
    assert [("live/kustomization.yaml", 7, "")] == places(tmp_path, "VirtualService", PORT)


@needs_kustomize
def test_a_name_with_a_prefix_says_that_it_is_not_exact(tmp_path: Path) -> None:
    write(tmp_path / "base", routes__yaml=ROUTES, kustomization__yaml="resources: [routes.yaml]\n")
    write(tmp_path / "live", kustomization__yaml="resources: [../base]\nnamePrefix: new-\n")
    [(file, line, note)] = places(tmp_path, "VirtualService", ("metadata", "name"))
    assert ("base/routes.yaml", 5, True) == (file, line, "nearest line" in note)


@needs_kustomize
def test_what_needs_the_network_is_not_tried(tmp_path: Path) -> None:
    write(tmp_path / "live", kustomization__yaml="resources: ['https://example.test/a.yaml']\n")
    rendered = build(tmp_path)
    assert ([], True) == (rendered.documents, "needs the network" in rendered.problems[0].message)


@needs_kustomize
def test_a_broken_kustomization_is_one_problem(tmp_path: Path) -> None:
    write(tmp_path / "live", kustomization__yaml="resources: [gone.yaml]\n")
    rendered = build(tmp_path)
    assert (["live/kustomization.yaml"], []) == (
        [problem.file for problem in rendered.problems],
        rendered.documents,
    )


def test_a_base_that_an_overlay_lists_is_not_built_alone(tmp_path: Path) -> None:
    write(tmp_path / "base", kustomization__yaml="resources: []\n")
    write(tmp_path / "dev", kustomization__yaml="resources: [../base]\n")
    write(tmp_path / "live", kustomization__yaml="resources: [../base]\n")
    write(tmp_path / "extra", kustomization__yaml="kind: Component\n")
    found = find([], files.find([str(tmp_path)]).kustomizations)
    assert ["dev", "live"] == [directory.name for directory, _ in found.kustomizations]


@needs_kustomize
def test_overlays_share_what_they_have_in_common(tmp_path: Path) -> None:
    write(
        tmp_path / "base",
        kustomization__yaml="resources: [p.yaml, r.yaml]\n",
        p__yaml=POLICY,
        r__yaml=ROUTES,
    )
    for name in ("one", "two"):
        overlay = f"resources: [../base]\npatches:\n- patch: |-\n    - op: replace\n      path: /spec/hosts/0\n      value: {name}\n  target: {{kind: VirtualService}}\n"
        write(tmp_path / name, kustomization__yaml=overlay)
    assert PROGRAM is not None
    kustomize = Kustomize(PROGRAM)
    one, two = (kustomize.render(tmp_path / name, name).documents for name in ("one", "two"))
    shared = {a.data["kind"]: a.data is b.data for a, b in zip(one, two, strict=True)}
    assert {"PeerAuthentication": True, "VirtualService": False} == shared
    assert [["one"], ["two"]] == [
        document.data["spec"]["hosts"]
        for document in (*one, *two)
        if document.data["kind"] == "VirtualService"
    ]
