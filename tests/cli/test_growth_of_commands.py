"""What a command does grows with the crowd that meets at one point, and not with its square."""

import json
import os
from functools import reduce
from operator import getitem
from pathlib import Path

import pytest

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.request_path.inbound_chains import inbound_chains
from tests.crowds import crowds, things
from tests.engine.test_growth import MOST, SIZES, calls, counted, exponent
from tests.hostile.every_command import Done, run

MENDED = (
    ("analyze {}", "callers-of-one-service"),
    ("analyze {}", "entries-and-pods-of-one-label"),
    ("analyze {}", "policies-of-one-label"),
    ("analyze {}", "services-pods-and-rules-of-one-name"),
    ("analyze {}", "request-authentications-of-one-label"),
    ("analyze {} -o html", "gateways-of-many-workloads"),
    ("routes {}", "gateways-of-many-workloads"),
    ("size {}", "many-namespaces"),
    ("size {}", "sidecars-of-a-namespace"),
    ("size {}", "subsets-of-a-rule"),
    ("size {}", "egress-listeners-of-a-sidecar"),
    ("size {}", "egress-listeners-that-import-all"),
    ("size {}", "rules-of-one-host-by-workload"),
    ("size {}", "policies-of-principals"),
    ("check-inject {}", "injection-webhooks"),
    ("check-inject {} -o json", "injection-webhooks"),
    ("tls-check {}", "rules-of-one-host"),
    ("tls-check {}", "rules-for-all-local-hosts"),
    ("tls-check {}", "clients-with-rules-for-all-local-hosts"),
    ("tls-check {} -o html", "clients-with-rules-for-all-local-hosts"),
    ("tls-check {}", "knative-services"),
    ("size {}", "ports-of-a-service"),
    ("size {}", "hosts-of-a-sidecar"),
    ("size {}", "clients-with-routes-of-their-own"),
    ("migrate --to gateway-api {}", "routes-of-many-gateway-workloads"),
    ("migrate --to gateway-api {}", "gateways-of-many-workloads"),
    ("migrate --to gateway-api {}", "hosts-and-secrets-of-an-ingress"),
    ("migrate --to gateway-api {}", "rules-of-an-ingress"),
    ("migrate --to gateway-api {}", "ingresses-beside-a-wildcard"),
    ("migrate --to gateway-api {}", "gateways-with-a-port-each"),
    ("migrate --to gateway-api {}", "regexes-of-a-virtual-service"),
    ("migrate --to gateway-api {}", "headers-of-a-virtual-service"),
    ("migrate --to gateway-api {}", "nested-routes-of-a-virtual-service"),
    ("migrate --to gateway-api {}", "routes-of-a-virtual-service"),
    ("describe service web.shop {}", "policies-of-one-label"),
    ("describe service web.shop {}", "peer-authentications-of-one-label"),
    ("describe service web.shop {} -o json", "peer-authentications-of-one-label"),
    ("trace GET http://web.shop/ --from web.shop {}", "envoy-filters"),
    ("trace GET http://web.shop/ --from w-1.shop {}", "sidecars-of-one-label"),
    ("describe pod web.shop {}", "envoy-filters"),
    ("describe pod w-1.shop {}", "sidecars-of-one-label"),
    ("describe pod w-1.shop {}", "policies-of-one-label"),
    ("trace GET http://web.shop/ --from w-1.shop {}", "policies-of-one-label"),
    ("trace GET http://web.shop/ --from w-1.shop {}", "request-authentications-of-one-label"),
    ("generate sidecar {}", "many-namespaces"),
    ("generate sidecar {}", "sidecars-of-a-namespace"),
    ("generate sidecar {}", "policies-of-one-label"),
    ("generate sidecar {} --per workload", "services-and-pods-of-one-label"),
    ("size {}", "services-and-pods-of-one-label"),
    ("size {}", "entries-and-pods-of-one-label"),
    ("analyze --unsafe-fixes --diff {}", "misspelt-fields-of-an-object"),
    ("analyze --unsafe-fixes --diff {}", "findings"),
    ("graph {} -o html", "gateways-of-many-workloads"),
    ("graph {} -o html", "services-and-pods-of-one-label"),
    ("graph {} --view mtls -o json", "gateways-of-many-workloads"),
    ("graph {} --view mtls -o json", "services-and-pods-of-one-label"),
    ("graph {} --view mtls -o json", "peer-authentications-of-one-label"),
    ("graph {} --view mtls -o json", "ports-and-pods-of-a-service"),
    ("tls-check {}", "ports-and-pods-of-a-service"),
    ("graph {} --view authorization -o json", "policies-of-one-label"),
    ("graph {} --view authorization -o json", "policies-of-principals"),
    ("graph {} --view authorization -o json", "request-authentications-of-one-label"),
    ("graph {} --view authorization -o json", "services-and-pods-of-one-label"),
    ("graph {} --view egress -o json", "gateways-of-many-workloads"),
    ("trace GET http://web.shop/ --from w-1.shop {}", "ambient-policies-of-one-label"),
    ("generate authorization {}", "routes-of-many-gateway-workloads"),
    ("generate authorization {}", "services-and-pods-of-one-label"),
    ("generate authorization {}", "callers-of-many-pods"),
    ("describe service web.shop {}", "ports-and-pods-of-a-service"),
    ("describe service gate.shop {}", "gateways-with-a-port-each"),
)
"""Command lines, each with a crowd of which it took the square."""
LITTLE = 20_000
"""Bytes of output that stay about the same, so that no growth can be told."""
INJECTED = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n"


@pytest.mark.parametrize(("line", "crowd"), MENDED)
def test_a_command_grows_with_the_crowd(
    line: str, crowd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "crowd.yaml"
    words = line.format(file).split()
    counts, written = [], []
    for size in (SIZES[0], *SIZES):  # once before, for what is imported and kept
        file.write_text(crowds.text(crowd, size) + ("" if "ambient" in crowd else INJECTED))
        done: list[Done] = []
        counts.append(calls(lambda done=done: done.append(run(*words))))
        assert done[0].code in {0, 1}
        written.append(len(done[0].out))
    assert exponent(counts[1:]) <= MOST
    assert exponent(written[1:]) <= MOST or written[-1] < LITTLE


def test_gateways_that_are_alike_are_read_once_and_written_each(tmp_path: Path) -> None:
    file = tmp_path / "crowd.yaml"
    counts = []
    for size in (SIZES[0], *SIZES):
        file.write_text(crowds.text("routes-of-many-gateway-workloads", size))
        done: list[Done] = []
        counts.append(calls(lambda done=done: done.append(run("routes", str(file), "-o", "json"))))
        gateways = json.loads(done[0].out)["gateways"]
        assert len(gateways) == size
    assert exponent(counts[1:]) <= MOST
    one = run("routes", "shop/gate-7", str(file), "-o", "json")
    assert gateways["shop/gate-7"] == json.loads(one.out)


def test_chains_of_the_same_ports_are_made_once_for_all_pods(tmp_path: Path) -> None:
    file = tmp_path / "crowd.yaml"
    counts = []
    for size in (SIZES[0], *SIZES):
        file.write_text(crowds.text("ports-and-pods-of-a-service", size) + INJECTED)
        found = counted(lambda: run("size", str(file)))
        counts.append(found.by_code[inbound_chains.__code__])
    assert counts[0] > 0
    assert exponent(counts[1:]) <= MOST


@pytest.mark.parametrize(
    "crowd",
    [
        "policies-of-one-label",
        "policies-of-workloads",
        "gateways-with-a-port-each",
        "sidecars-that-import-all",
    ],
)
def test_a_diff_grows_with_what_its_requests_meet(
    crowd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    counts = []
    for size in (SIZES[0], *(4 * size for size in SIZES)):  # of fewer the suggestions hide it
        objects = list(crowds.CROWDS[crowd](size))
        before.write_text(INJECTED + "".join(f"---\n{json.dumps(one)}\n" for one in objects))
        after.write_text(INJECTED + "".join(f"---\n{json.dumps(one)}\n" for one in objects[:-1]))
        counts.append(calls(lambda: run("diff", str(before), str(after))))
    assert exponent(counts[1:]) <= MOST


@pytest.mark.parametrize(
    ("crowd", "kind", "path"),
    [
        ("servers-of-one-selector-with-certificates", "Gateway", "servers"),
        ("port-settings-of-a-rule", "DestinationRule", "trafficPolicy.portLevelSettings"),
    ],
)
def test_a_diff_grows_with_the_clauses_that_its_requests_meet(
    crowd: str, kind: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    counts, written = [], []
    for size in (SIZES[0], *SIZES):
        objects = list(crowds.CROWDS[crowd](size))
        before.write_text("".join(f"---\n{json.dumps(one)}\n" for one in objects))
        changed = max(
            (one for one in objects if one["kind"] == kind), key=lambda one: len(str(one))
        )
        clauses = reduce(getitem, path.split("."), changed["spec"])
        clauses.pop()
        after.write_text("".join(f"---\n{json.dumps(one)}\n" for one in objects))
        found = counted(lambda: run("diff", str(before), str(after)))
        counts.append(found.calls)
        written.append(found.by_code[json.dumps.__code__])
    assert exponent(counts[1:]) <= MOST
    assert written[1] == written[-1]  # what many requests follow is written once


def test_traces_from_gateways_grow_with_the_gateways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    counts = []
    for size in (SIZES[0] // 4, *(size // 4 for size in SIZES)):
        Path("crowd.yaml").write_text(crowds.text("gateways-of-many-workloads", size))
        names = (f"gateway/{name}-{at}.shop" for at in range(size) for name in ("g", "gate"))
        requests = [{"from": name, "url": "http://h-1.example.com/"} for name in names]
        Path("requests.json").write_text(json.dumps(requests))
        done: list[Done] = []
        line = ("trace", "--requests", "requests.json", "crowd.yaml", "-o", "json")
        counts.append(calls(lambda done=done, line=line: done.append(run(*line))))
        assert len(json.loads(done[0].out)["traces"]) == len(requests)
    assert exponent(counts[1:]) <= MOST


def test_the_sidecars_that_are_there_are_read_once_for_all_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    counts = []
    for size in (SIZES[0], *SIZES):
        spec = {"workloadSelector": {"labels": {"app": "other"}}, "egress": [{"hosts": ["./*"]}]}
        narrow = [things.thing("Sidecar", "narrow", f"n-{at}", spec=spec) for at in range(size)]
        text = "".join(f"---\n{json.dumps(one)}\n" for one in narrow)
        Path("crowd.yaml").write_text(crowds.text("many-namespaces", size) + text)
        done: list[Done] = []
        line = ("generate", "sidecar", "crowd.yaml")
        found = counted(lambda done=done, line=line: done.append(run(*line)))
        counts.append(found.by_code[Inventory.of.__code__])
        assert done[0].out.count("kind: Sidecar") == size
    assert counts[1] == counts[-1]  # each answer is all of a kind


@pytest.mark.parametrize(
    ("line", "crowd"),
    [
        ("trace GET http://h-1.example.com/ --from outside {}", "gateways-of-many-workloads"),
        ("describe service web {}", "many-namespaces"),
    ],
)
def test_a_question_that_means_many_names_ten(line: str, crowd: str, tmp_path: Path) -> None:
    file = tmp_path / "crowd.yaml"
    file.write_text(crowds.text(crowd, 40))
    done = run(*line.format(file).split())
    assert done.code == 2
    assert " and 30 more" in done.err
