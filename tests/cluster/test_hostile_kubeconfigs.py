"""Do kubeconfigs with odd files and broken parts end in one sentence, which repeats no secret?"""

import os
import traceback
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import ApiServer
from hostile_server import HostileServer, whole

from meshctl.cluster import kubeconfig_files
from meshctl.cluster.api import Access, ClusterError
from meshctl.cluster.istiod import IstiodPlace, Istiods
from meshctl.cluster.kubeconfig import connect_to, context_names
from meshctl.cluster.prometheus import TOKEN, Prometheus
from meshctl.words import without_password

SECRET = "sEcReTsEcReT"  # noqa: S105 - of nobody


def refusal(kubeconfig: str, **access: Any) -> str:
    """What is said, with all that --debug would show before anything is masked."""
    with pytest.raises(ClusterError) as caught:
        connect_to(Access(kubeconfig=kubeconfig, timeout=2, **access))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Tokens and keys


@pytest.mark.parametrize(
    "user", [{"token": f"{SECRET}\0"}, {"token": f"a\x1b{SECRET}"}, {"token": f"{SECRET}\u202e"}]
)
def test_a_token_that_cannot_be_sent_is_not_repeated(api_server: ApiServer, user: Any) -> None:
    said = refusal(api_server.write_kubeconfig(user=user))
    assert "holds characters that no header may have; log in again" in said


def test_a_token_of_a_cluster_that_cannot_be_sent_is_not_repeated() -> None:
    class Odd:
        def request(self, *_: Any, **__: Any) -> Any:
            return {"status": {"token": f"{SECRET}\n\0"}}

    istiods = Istiods(Odd, 1, IstiodPlace(address="127.0.0.1:9"))  # type: ignore[arg-type]
    with pytest.raises(ClusterError) as caught:
        istiods.proxies()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_token_of_the_environment_that_cannot_be_sent_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN, f"{SECRET}\x01")
    with pytest.raises(
        ClusterError, match=r"MESHCTL_PROMETHEUS_TOKEN holds .* set it anew"
    ) as caught:
        Prometheus("http://127.0.0.1:9", timeout=1).query("up")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


BROKEN_PARTS = [
    {"users": [{"user": {"token": SECRET}}]},
    {"users": [{"name": "u", "token": SECRET}]},
    {"users": [{"name": "u", "user": {"password": SECRET, "auth-provider": {"name": "oidc", "config": {}}}}]},
    {"users": {"u": {"token": SECRET}}},
    {"users": [{"name": "u", "user": {"exec": SECRET}}]},
    {"users": [SECRET]},
    {"clusters": [{"certificate-authority-data": SECRET}]},
]  # fmt: skip


@pytest.mark.parametrize("part", BROKEN_PARTS, ids=repr)
def test_a_broken_part_is_named_without_what_it_holds(part: Any, tmp_path: Path) -> None:
    content = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}],
        **part,
    }
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    refusal(str(tmp_path / "config"))


@pytest.mark.parametrize("name", ["auth-provider", "exec", "token", "tokenFile", "username"])
def test_null_is_what_is_not_there(api_server: ApiServer, name: str) -> None:
    whole_config = yaml.safe_load(Path(api_server.kubeconfig).read_text())
    whole_config["users"][0]["user"][name] = None
    path = api_server.directory / "nulls"
    path.write_text(yaml.safe_dump(whole_config))
    assert "certificate" == connect_to(Access(kubeconfig=str(path))).name


# Files


def test_tokens_are_read_from_files_alone(api_server: ApiServer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_text(SECRET * 10_000)
    (tmp_path / "bytes").write_bytes(SECRET.encode() + b"\xff")
    expected = {
        tmp_path / "pipe": "it is a named pipe",
        Path("/dev/zero"): "it is a device, which is never read",
        tmp_path: "it is a directory",
        tmp_path / "nowhere": "No such file or directory",
        tmp_path / "long": "has more than 65,536 bytes, which none needs",
        tmp_path / "bytes": "holds no token",
    }
    for path, reason in expected.items():
        said = refusal(api_server.write_kubeconfig(user={"tokenFile": str(path)}))
        assert said.startswith(f"the tokenFile {path} of the kubeconfig ")
        assert reason in said


def bomb() -> str:
    """Nine values, and nine times what stood before, twelve times over."""
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"{n}: &{n} [{', '.join([f'*{p}'] * 9)}]" for p, n in zip("abcdefghijkl", "bcdefghijklm", strict=True)]  # fmt: skip
    return "\n".join((*lines, "users: *m", "contexts: *m", "clusters: *m"))


@pytest.mark.parametrize("text", [bomb(), "a: " + "[" * 9999, "users: &a [*a]", f"{SECRET}: : {{"])
def test_yaml_that_nobody_can_hold_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    assert refusal(str(path)) == f"the kubeconfig {path} is not YAML; repair it"
    with pytest.raises(ClusterError, match="is not YAML; repair it"):
        context_names(Access(kubeconfig=str(path)))


def test_a_kubeconfig_of_many_bytes_is_not_read(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubeconfig_files, "_LONGEST", 100)
    assert "has more than 100 bytes, which none needs" in refusal(api_server.kubeconfig)


# Addresses


@pytest.mark.parametrize("end", ["", "/", "//", "?", "#", "@", "\0", "\\", "://", " "])
def test_a_password_is_never_shown_whatever_it_holds(api_server: ApiServer, end: str) -> None:
    for scheme in ("https://", "http:/", "", "ftp://"):
        refusal(api_server.write_kubeconfig(user={}, cluster={"server": f"{scheme}ada:{SECRET}{end}x@127.0.0.1:9"}))  # fmt: skip


@pytest.mark.parametrize("end", ["", "/", "//", "?", "#", "@", "\0", "\\", "://", " "])
@pytest.mark.parametrize("host", ["127.0.0.1:9", "[::1", "h:99999", "\u202e:1", "a" * 300])
def test_a_password_of_a_proxy_is_never_shown(api_server: ApiServer, end: str, host: str) -> None:
    for scheme in ("http://", "socks5://", "http:/", "", "ftp://"):
        there = {"server": "https://192.0.2.1:9", "proxy-url": f"{scheme}ada:{SECRET}{end}x@{host}"}
        said = refusal(api_server.write_kubeconfig(user={}, cluster=there))
        assert said.startswith("the API server https://192.0.2.1:9 of context custom cannot be")


def test_a_query_is_not_shown(tmp_path: Path) -> None:
    answer = whole(b"", f"Location: https://login/?state={SECRET}", status="302 x")
    with HostileServer(lambda _: iter([answer])) as server:
        where = f"http://127.0.0.1:{server.port}"
        config = server.kubeconfig(tmp_path, server=f"{where}/?token={SECRET}")
        assert refusal(config).startswith(f"{where}/ redirects /version to https://login/; is")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ada:pw@host:1/a", "https://host:1/a"),
        ("https://host/a//b", "https://host/a//b"),
        ("https://ada:p//w@host", "https://host"),
        ("ada:p://w@host", "host"),
        ("host:1", "host:1"),
    ],
)
def test_an_address_without_its_password(address: str, shown: str) -> None:
    assert shown == without_password(address)
