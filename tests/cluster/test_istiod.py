"""Where is istiod, and is it asked as it should be?"""

from typing import Any

import pytest
from stub_cluster import StubCluster

from meshctl.cluster.api import ClusterError
from meshctl.cluster.istiod import IstiodPlace, Istiods, _url_of, _version, read_json
from meshctl.errors import UsageError


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("istiod.example", "http://istiod.example:15014"),
        ("istiod.example:8080", "http://istiod.example:8080"),
        ("10.0.0.1", "http://10.0.0.1:15014"),
        ("fd00::1", "http://[fd00::1]:15014"),
        ("[fd00::1]", "http://[fd00::1]:15014"),
        ("[fd00::1]:8080", "http://[fd00::1]:8080"),
    ],
)
def test_an_address_becomes_a_url(address: str, url: str) -> None:
    assert url == _url_of(address)


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (b"1.31.0-a8d7012191ebf42bacd48fa72b32a05828e4c564-Clean", "1.31.0"),
        (b"1.31.0-beta.1-a8d7012191ebf42bacd48fa72b32a05828e4c564-Modified\n", "1.31.0-beta.1"),
        (b"1.20.8-unknown-Clean", "1.20.8"),
        (b"our-own-build", "our-own-build"),
        (b"", ""),
    ],
)
def test_a_version_is_read(body: bytes, version: str) -> None:
    assert version == _version(body)


def test_an_address_and_a_url_are_one_too_many() -> None:
    with pytest.raises(UsageError, match="not both"):
        Istiods(StubCluster, 1, IstiodPlace(address="a", url="http://a"))


class Issuer(StubCluster):
    """Answers every TokenRequest alike."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def request(self, method: str, path: str, query: Any = None, body: Any = None) -> Any:  # noqa: ARG002
        self.asked.append(f"{method} {path} for {body['spec']['audiences']}")
        return self.answer


def test_a_token_is_asked_for_istiod_alone() -> None:
    issuer = Issuer({"status": {"token": "t"}})
    plane = Istiods(lambda: issuer, 1, IstiodPlace("mesh", address="127.0.0.1:1"))
    [answer] = plane.proxies()
    assert "nothing answers there (Connection refused); check the address" == answer.error
    assert [
        "POST /api/v1/namespaces/mesh/serviceaccounts/default/token for ['istio-ca']"
    ] == issuer.asked


@pytest.mark.parametrize("answer", [None, {}, {"status": None}, []])
def test_an_answer_without_token(answer: Any) -> None:
    plane = Istiods(lambda: Issuer(answer), 1, IstiodPlace(address="127.0.0.1:1"))
    with pytest.raises(ClusterError, match="without a token"):
        plane.proxies()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200_000])
def test_what_is_no_json_is_a_failure_of_the_cluster(body: bytes) -> None:
    with pytest.raises(ClusterError, match="no JSON, or cut off"):
        read_json(body)
