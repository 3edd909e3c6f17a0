"""The webhook when things go wrong beneath it: its end, its certificate, its API server, its input."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer
from pki import Authority
from test_webhook_serve import NAMESPACE, PATIENCE, RULE, SERVICE, review_of, serving, twin

FLAGS = ("--mode", "enforce", "--audit-every", "0")


@pytest.fixture
def shop(api_server: ApiServer) -> ApiServer:
    for one in (NAMESPACE, SERVICE, RULE):
        api_server.add(one)
    return api_server


def slow() -> dict[str, Any]:
    """A review that takes a while."""
    return review_of({**twin("slow"), "spec": {"host": "cart", "subsets": [{}] * 20_000}})


def test_a_review_is_answered_though_the_end_comes(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), *FLAGS) as webhook, ThreadPoolExecutor(4) as pool:
        webhook.until_ready()
        answers = [pool.submit(webhook.post, slow()) for _ in range(4)]
        webhook.until(lambda: any(one.done() for one in answers))
        webhook.process.send_signal(signal.SIGTERM)
        assert not all(one.done() for one in answers)
        assert ["uid-slow"] * 4 == [one.result()["uid"] for one in answers]
        assert 0 == webhook.process.wait(PATIENCE)


def test_a_watch_that_breaks_does_not_keep_a_review(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), *FLAGS) as webhook, ThreadPoolExecutor(4) as pool:
        webhook.until_ready()
        answer = pool.submit(webhook.post, slow())
        shop.hang_up()
        assert "uid-slow" == answer.result()["uid"]
        shop.remove("networking.istio.io/v1", "DestinationRule", "shop", "cart")
        webhook.until(lambda: webhook.post(review_of(twin()))["allowed"])


def test_a_certificate_that_is_none_is_left(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), *FLAGS) as webhook:
        webhook.until_ready()
        first = webhook.serial()
        (tmp_path / "webhook.crt").write_text("-----BEGIN CERTIFICATE-----\nbroken\n")
        log = tmp_path / "log"
        webhook.until(lambda: "certificate-refused" in log.read_text())
        assert first == webhook.serial()
        assert not webhook.post(review_of(twin()))["allowed"]


def test_the_api_server_may_restart_in_a_storm(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), *FLAGS) as webhook, ThreadPoolExecutor(20) as pool:
        webhook.until_ready()
        sent = [pool.submit(webhook.post, review_of(twin(f"s{number}"))) for number in range(200)]
        shop.stop()
        shop.remove("networking.istio.io/v1", "DestinationRule", "shop", "cart")
        time.sleep(1)
        shop.start()
        assert all("uid" in one.result() for one in sent)
        webhook.until(lambda: webhook.post(review_of(twin()))["allowed"])
        assert webhook.process.poll() is None


def test_sizes_depths_and_names(shop: ApiServer, tmp_path: Path) -> None:
    with serving(shop, tmp_path, Authority(), *FLAGS) as webhook:
        webhook.until_ready()
        for size, status in ((2_900_000, None), (3_200_000, 413)):
            answer = webhook.post(review_of({**twin("large"), "spec": {"host": "x" * size}}))
            assert answer == status if status else answer["uid"] == "uid-large"
        deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
        body = json.dumps(review_of({**twin("deep"), "spec": "DEEP"})).encode()
        answer = webhook.post(body.replace(b'"DEEP"', deep))
        assert answer == 400 or answer["uid"] == "uid-deep"
        for name in ("a\x00b", "\ud800", "\u202etrac", "a\u2028b", "x" * 300, ".", "*"):
            assert f"uid-{name}" == webhook.post(review_of(twin(name)))["uid"] or "\ud800" in name
        assert "Traceback" not in (tmp_path / "log").read_text()
        assert not webhook.post(review_of(twin()))["allowed"]
