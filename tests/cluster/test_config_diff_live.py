"""``meshctl proxy-status POD``: does an Envoy have what istiod has for it?"""

import json
from pathlib import Path
from typing import Any

from api_server import ApiServer
from istiod import Istiod
from istiods import (
    meshctl,
    pod,
    proxy,
    refusal,
    rows,
    two_istiods,
)


def dump(timeout: str, spelling: str = "connectTimeout") -> dict[str, Any]:
    kind = "type.googleapis.com/envoy.admin.v3.ClustersConfigDump"
    cluster = {"cluster": {"name": "outbound|80||shop", spelling: timeout}}
    key = "dynamicActiveClusters" if spelling == "connectTimeout" else "dynamic_active_clusters"
    return {"configs": [{"@type": kind, key: [cluster]}]}


def with_envoy(server: ApiServer, timeout: str) -> None:
    first, _ = two_istiods(server)
    first.dumps["web-1.shop"] = dump("10s")
    server.add(pod("web-1", "shop"))
    body = json.dumps(dump(timeout, "connect_timeout")).encode()
    server.serve_port("shop", "web-1", 15000, lambda *_: (200, {}, body))


def test_an_envoy_that_has_what_istiod_has(api_server: ApiServer) -> None:
    with_envoy(api_server, "10s")
    result = meshctl(api_server, "proxy-status", "web-1.shop")
    assert (0, "Clusters match (1)") == (result.exit_code, result.stdout.splitlines()[-1])


def test_an_envoy_that_differs(api_server: ApiServer) -> None:
    with_envoy(api_server, "1s")
    result = meshctl(api_server, "proxy-status", "web-1", "-n", "shop")
    assert 1 == result.exit_code
    assert ["Clusters differ (1 of 1)", '-  "connectTimeout": "10s",'] == [
        line for line in result.stdout.splitlines() if line.startswith(("Clusters", "-  "))
    ]
    [row] = rows(meshctl(api_server, "proxy-status", "web-1.shop", "-o", "json"))
    assert ("web-1.shop", False) == (row["proxy"], row["config"]["clusters"]["match"])


def test_a_dump_may_come_from_a_file(api_server: ApiServer, tmp_path: Path) -> None:
    with_envoy(api_server, "1s")
    file = tmp_path / "dump.json"
    file.write_text(json.dumps(dump("10s", "connect_timeout")))
    words = ("proxy-status", "web-1.shop", "--file")
    assert 0 == meshctl(api_server, *words, str(file)).exit_code
    file.write_text("{")
    assert f"{file} is no JSON" in refusal(api_server, *words, str(file))
    assert "cannot read" in refusal(api_server, *words, str(tmp_path / "none"))
    assert "name its pod too" in refusal(api_server, "proxy-status", "--file", str(file))


def test_an_envoy_that_may_not_be_asked(api_server: ApiServer) -> None:
    with_envoy(api_server, "10s")
    api_server.deny("get", "pods/portforward", "shop")
    api_server.deny("create", "pods/portforward", "shop")
    message = refusal(api_server, "proxy-status", "web-1.shop")
    assert message.startswith("the Envoy of web-1.shop: ")
    assert message.endswith("--file reads a dump made otherwise")


def test_a_proxy_that_its_istiod_has_lost(api_server: ApiServer) -> None:
    two_istiods(api_server)
    message = refusal(api_server, "proxy-status", "web-1.shop")
    assert message.startswith("istiod istiod-a: it answers 404: Proxy not connected")


def test_names_that_contain_each_other(api_server: ApiServer) -> None:
    with_envoy(api_server, "10s")
    Istiod(
        api_server, "istiod-a", syncz=[proxy("web-1.shop"), proxy("my-web-1.shop")],
        dumps={"web-1.shop": dump("10s")},
    )  # fmt: skip
    Istiod(api_server, "istiod-b", syncz=[proxy("our-web-1.shop")])
    told = meshctl(api_server, "proxy-status", "web-1.shop").stderr
    assert "istiod-a may take web-1.shop for my-web-1.shop in what follows\n" == told


def test_a_ztunnel_has_no_envoy_to_compare(api_server: ApiServer) -> None:
    Istiod(api_server, syncz=[{**proxy("ztunnel-x7k2p.istio-system"), "proxy_type": "ztunnel"}])
    words = ("proxy-status", "ztunnel-x7k2p.istio-system")
    result = meshctl(api_server, *words)
    assert (0, "a ztunnel runs no Envoy") == (result.exit_code, result.stdout.splitlines()[-1][:23])
    assert rows(meshctl(api_server, *words, "-o", "json"))[0]["config"] is None
