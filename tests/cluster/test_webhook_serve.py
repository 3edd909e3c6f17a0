"""The webhook as a program: over TLS, beside an API server that it watches."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer
from faults import Says
from pki import Authority, trusting

from meshctl.gate.serving.app import LARGEST_BODY

PATIENCE = 90
RULE = {
    "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
    "metadata": {"name": "cart", "namespace": "shop"},
    "spec": {"host": "cart", "trafficPolicy": {"connectionPool": {"http": {"maxRetries": 3}}}},
}  # fmt: skip
SERVICE = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"},
    "spec": {"selector": {"app": "cart"}, "ports": [{"name": "http", "port": 80}]},
}  # fmt: skip
NAMESPACE = {
    "apiVersion": "v1", "kind": "Namespace",
    "metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}},
}  # fmt: skip


def twin(name: str = "cart-again") -> dict[str, Any]:
    """A rule that an existing one contradicts."""
    meta = {"name": name, "namespace": "shop", "creationTimestamp": "2026-11-28T00:00:00Z"}
    return {**RULE, "metadata": meta}


def review_of(thing: dict[str, Any], operation: str = "CREATE", **more: Any) -> dict[str, Any]:
    group, _, version = thing["apiVersion"].rpartition("/")
    meta = thing["metadata"]
    request = {
        "uid": f"uid-{meta['name']}", "operation": operation, "name": meta["name"],
        "namespace": meta.get("namespace", ""), "object": thing, "oldObject": None,
        "kind": {"group": group, "version": version, "kind": thing["kind"]},
        "userInfo": {"username": "jane"}, **more,
    }  # fmt: skip
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


class Webhook:
    """A replica that runs, and how to speak to it."""

    def __init__(self, process: subprocess.Popen[str], ports: tuple[int, int], ca: bytes) -> None:
        self.process = process
        self.port, self.health_port = ports
        self.context = trusting(ca.decode())
        self.context.check_hostname = False

    def post(
        self, body: bytes | dict[str, Any], query: str = "?timeout=30s", **headers: str
    ) -> Any:
        """Give the answer's JSON, or its status where that is no 200."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | headers
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/review{query}", data, headers
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE, context=self.context) as answer:  # noqa: S310
                return json.load(answer)["response"]
        except urllib.error.HTTPError as error:
            return error.code

    def health(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.health_port}{path}", timeout=PATIENCE
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except urllib.error.URLError as error:
            return 0, str(error.reason)

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, "it has ended"
            assert time.monotonic() < end, self.health("/readyz")
            time.sleep(0.05)

    def until_ready(self) -> None:
        self.until(lambda: self.health("/readyz")[0] == 200)

    def metric(self, name: str) -> float:
        lines = self.health("/metrics")[1].splitlines()
        return sum(float(one.rpartition(" ")[2]) for one in lines if one.startswith(name))

    def serial(self) -> str:
        """Which certificate a new connection gets."""
        with (
            socket.create_connection(("127.0.0.1", self.port), PATIENCE) as plain,
            self.context.wrap_socket(plain) as connection,
        ):
            return str(connection.getpeercert()["serialNumber"])  # type: ignore[index]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(
    server: ApiServer, folder: Path, authority: Authority, *flags: str
) -> Iterator[Webhook]:
    folder.mkdir(exist_ok=True)
    files = authority.server(("127.0.0.1",)).write(folder, "webhook")
    ports = free_port(), free_port()
    command = [
        sys.executable, "-m", "meshctl", "webhook", "serve", "--kubeconfig", server.kubeconfig,
        "--tls-cert", str(files[0]), "--tls-key", str(files[1]), "--host", "127.0.0.1",
        "--port", str(ports[0]), "--health-port", str(ports[1]), *flags,
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, text=True)
        try:
            yield Webhook(process, ports, authority.certificate)
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def shop(api_server: ApiServer) -> ApiServer:
    for one in (NAMESPACE, SERVICE, RULE):
        api_server.add(one)
    return api_server


def test_it_answers_by_what_the_cluster_is_now(shop: ApiServer, tmp_path: Path) -> None:
    flags = ("--mode", "enforce", "--audit-every", "0")
    with serving(shop, tmp_path, Authority(), *flags) as webhook:
        webhook.until_ready()
        answer = webhook.post(review_of(twin()))
        assert (False, "uid-cart-again") == (answer["allowed"], answer["uid"])
        assert "destination-rule/duplicate-host" in answer["status"]["message"]
        shop.remove("networking.istio.io/v1", "DestinationRule", "shop", "cart")
        webhook.until(lambda: webhook.post(review_of(twin()))["allowed"])
        assert webhook.metric('meshctl_reviews_total{kind="DestinationRule"') >= 2
        webhook.process.send_signal(signal.SIGTERM)
        assert 0 == webhook.process.wait(PATIENCE)


def test_nothing_is_ready_before_all_lists_are_in(shop: ApiServer, tmp_path: Path) -> None:
    shop.fail("/api/v1/services", Says(500), times=1_000)
    with serving(shop, tmp_path, Authority(), "--audit-every", "0") as webhook:
        webhook.until(lambda: "Service" in webhook.health("/readyz")[1])
        assert (503, 200) == (webhook.health("/readyz")[0], webhook.health("/livez")[0])


def test_hostile_requests_get_an_answer(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), "--audit-every", "0") as webhook:
        webhook.until_ready()
        good = review_of(twin())
        assert 413 == webhook.post(b'{"a": "' + b"x" * LARGEST_BODY + b'"}')
        large = twin("large") | {"spec": {"host": "x" * 2_000_000}}
        both = {"operation": "UPDATE", "object": large, "oldObject": large | {"spec": {}}}
        assert webhook.post({**good, "request": good["request"] | both})["allowed"]
        assert webhook.post({**good, "request": good["request"] | both | {"oldObject": large}})
        for body in (
            b"", b"nothing", b"[]", b"\xff\xfe", b"{}", b"[" * 100_000, b'{"a": 1e999}', b"9" * 9_000,
            {**good, "apiVersion": "admission.k8s.io/v1beta1"}, {**good, "request": None},
            {**good, "request": {**good["request"], "object": "text"}},
            {**good, "request": {**good["request"], "operation": "EXPLODE"}},
            {**good, "request": {**good["request"], "uid": ""}},
        ):  # fmt: skip
            assert 400 == webhook.post(body), body[:40] if isinstance(body, bytes) else body
        assert 415 == webhook.post(b"{}", **{"Content-Type": "text/plain"})
        deep: Any = "leaf"
        for _ in range(900):
            deep = {"a": deep}
        for spec in (
            deep, None, [], "text", {"host": 7}, {"host": "\ud800"}, {"host": "x" * 2_000_000},
            {"host": "*" * 9_000}, {"subsets": [{}] * 20_000}, {"host": "a" * 60 + "." * 9_000},
            {"trafficPolicy": {"tls": {"mode": []}}}, {"workloadSelector": {"matchLabels": {"a": 1}}},
        ):  # fmt: skip
            answer = webhook.post(review_of({**twin("odd"), "spec": spec}))
            assert answer["uid"] == "uid-odd", spec
        for meta in ({}, {"name": "\x1b[31m"}, {"name": "x", "labels": []}, {"name": "x" * 5_000}):
            thing = {**RULE, "metadata": meta}
            asked = {**good["request"], "object": thing, "name": ""}
            assert webhook.post({**good, "request": asked})["allowed"] in {True, False}
        assert not (tmp_path / "log").read_text().count("Traceback")
        assert webhook.post(good)["allowed"]


def test_old_tls_is_refused(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), "--audit-every", "0") as webhook:
        webhook.until_ready()
        webhook.context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLS"):
            webhook.context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            webhook.serial()


def test_certificates_rotate_under_load(shop: ApiServer, tmp_path: Path) -> None:
    authority = Authority()
    with serving(shop, tmp_path, authority, "--audit-every", "0") as webhook:
        webhook.until_ready()
        first = webhook.serial()
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(webhook.post, review_of(twin(f"t{n}"))) for n in range(60)]
            (tmp_path / "webhook.key").write_text("half a pair")
            time.sleep(1)
            authority.server(("127.0.0.1",)).write(tmp_path, "webhook")
            webhook.until(lambda: webhook.serial() != first)
            answers += [pool.submit(webhook.post, review_of(twin(f"u{n}"))) for n in range(60)]
            assert all(one.result()["allowed"] for one in answers)


def test_a_storm_is_answered_whole(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), "--audit-every", "0") as webhook:
        webhook.until_ready()

        def apply(name: str) -> Any:
            answer = webhook.post(review_of(twin(name)))
            if answer["allowed"]:
                shop.add(twin(name))
            return answer

        before = webhook.metric("meshctl_snapshot_objects")
        with ThreadPoolExecutor(100) as pool:
            names = [f"storm-{number}" for number in range(500)]
            answers = list(pool.map(apply, names))
        assert [(f"uid-{name}", True) for name in names] == [
            (one["uid"], one["allowed"]) for one in answers
        ]
        webhook.until(lambda: webhook.metric("meshctl_snapshot_objects") == before + 500)
        assert webhook.metric("meshctl_reviews_total") == 500


def test_two_replicas_answer_alike(shop: ApiServer, tmp_path: Path) -> None:
    authority, flags = Authority(), ("--mode", "enforce", "--audit-every", "0")
    with (
        serving(shop, tmp_path / "one", authority, *flags) as one,
        serving(shop, tmp_path / "two", authority, *flags) as two,
    ):
        for replica in (one, two):
            replica.until_ready()
        assert one.post(review_of(twin())) == two.post(review_of(twin()))
        one.process.kill()
        assert not two.post(review_of(twin()))["allowed"]


def reported(server: ApiServer) -> dict[str, str]:
    """The results of the rules in the report of the namespace."""
    found = server.objects["wgpolicyk8s.io", "policyreports"].get(("shop", "meshctl"), {})
    return {one["rule"]: one["result"] for one in found.get("results", ())}


def test_audits_count_findings_and_publish_them(shop: ApiServer, tmp_path: Path) -> None:
    shop.add(twin())
    shop.serve_kind("wgpolicyk8s.io/v1alpha2", "PolicyReport")
    flags = ("--namespace", "meshctl")
    with serving(shop, tmp_path, Authority(), *flags) as webhook:
        webhook.until_ready()
        rule = 'meshctl_findings{namespace="shop",rule="destination-rule/duplicate-host"'
        webhook.until(lambda: webhook.metric(rule) == 1)
        webhook.until(lambda: ("wgpolicyk8s.io", "policyreports") in shop.objects)
        assert "fail" == reported(shop)["destination-rule/duplicate-host"]
        shop.remove("networking.istio.io/v1", "DestinationRule", "shop", "cart-again")
        webhook.until(lambda: webhook.metric(rule) == 0)
        webhook.until(lambda: "destination-rule/duplicate-host" not in reported(shop))
    event = next(iter(shop.objects["", "events"].values()))
    assert "DestinationRule" == event["involvedObject"]["kind"]
    lease = shop.objects["coordination.k8s.io", "leases"]["meshctl", "meshctl-audit"]
    assert lease["spec"]["holderIdentity"] == socket.gethostname()


def test_it_says_why_it_cannot_serve(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "meshctl", "webhook", "serve"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 2 == done.returncode
    assert "--tls-cert" in done.stderr
    assert len(done.stderr.splitlines()) == 1
