"""How is a cluster reached, and what is said where it is not?"""

import socket
import ssl
import threading
from pathlib import Path

import pytest
from api_server import ApiServer
from faults import Says
from pki import Authority
from proxies import Proxy, plain_server
from refusals import refusal

from meshctl.cluster import kubeconfig as kube
from meshctl.cluster.api import Access
from meshctl.cluster.kubeconfig import connect_to

# The way there


def test_a_closed_port_is_said_with_its_address(api_server: ApiServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
        config = api_server.write_kubeconfig(cluster={"server": url})
        assert (
            f"the API server {url} of context certificate cannot be reached: Connection refused; "
            "is it running? Or choose another --context"
        ) == refusal(kubeconfig=config)


def test_a_name_that_nobody_knows_is_said(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    config = api_server.write_kubeconfig(cluster={"server": "https://nowhere.example"})
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "cannot be reached: Name or service not known" in refusal(kubeconfig=config)


def test_a_name_server_that_is_silent_is_not_waited_for(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = threading.Event()
    config = api_server.write_kubeconfig(cluster={"server": "https://nowhere.example"})
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: silence.wait())
    assert "it does not answer; check the VPN" in refusal(kubeconfig=config, timeout=0.2)
    silence.set()


def test_a_server_that_never_speaks_is_not_waited_for(api_server: ApiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        config = api_server.write_kubeconfig(cluster={"server": url})
        assert "it does not answer" in refusal(kubeconfig=config, timeout=0.2)


def test_a_wrong_authority_is_said(api_server: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "other.crt").write_bytes(Authority("other").certificate)
    authority = {"certificate-authority": str(tmp_path / "other.crt")}
    config = api_server.write_kubeconfig(cluster=authority)
    assert "its certificate cannot be trusted (" in refusal(kubeconfig=config)


def test_an_expired_certificate_is_said() -> None:
    with ApiServer(is_expired=True) as server:
        said = refusal(kubeconfig=server.kubeconfig)
    assert "its certificate cannot be trusted (certificate has expired)" in said


def test_the_name_of_a_certificate_may_be_given() -> None:
    with ApiServer(hosts=("kubernetes.internal",)) as server:
        assert "cannot be trusted" in refusal(kubeconfig=server.kubeconfig)
        config = server.write_kubeconfig(cluster={"tls-server-name": "kubernetes.internal"})
        assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_certificates_are_not_looked_at_when_told_so() -> None:
    with ApiServer(is_expired=True, hosts=("else.where",)) as server:
        insecure = {"insecure-skip-tls-verify": True, "certificate-authority": ""}
        config = server.write_kubeconfig(cluster=insecure)
        assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_a_plain_server_is_asked_plainly(api_server: ApiServer) -> None:
    """As ``kubectl proxy`` serves one."""
    with plain_server(api_server) as plain:
        config = api_server.write_kubeconfig(cluster={"server": f"http://{plain.address}"})
        assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_a_server_that_is_none_is_said(api_server: ApiServer) -> None:
    api_server.fail("/version", Says(404))
    assert "so it is no API server" in refusal(kubeconfig=api_server.kubeconfig)


def test_a_server_that_hides_its_version_is_one(api_server: ApiServer) -> None:
    api_server.fail("/version", Says(403))
    assert "certificate" == connect_to(Access(kubeconfig=api_server.kubeconfig)).name


def test_wrong_credentials_are_said(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(user={"token": "stale"})
    said = refusal(kubeconfig=config)
    assert "does not accept the credentials of context custom (Unauthorized); log in again" in said


# Proxies


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("user", ["", "ada:p%40ss@"])
def test_the_proxy_of_a_kubeconfig_is_used(api_server: ApiServer, kind: str, user: str) -> None:
    with Proxy(kind, "ada:p@ss" if user else "") as proxy:
        url = proxy.url.replace("//", f"//{user}")
        config = api_server.write_kubeconfig(cluster={"proxy-url": url})
        connect_to(Access(kubeconfig=config))
        assert [f"127.0.0.1:{api_server.port}"] == proxy.targets


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_proxy_that_wants_a_password_is_said_without_it(api_server: ApiServer, kind: str) -> None:
    with Proxy(kind, "ada:secret") as proxy:
        url = proxy.url.replace("//", "//ada:wrong@")
        config = api_server.write_kubeconfig(cluster={"proxy-url": url})
        said = refusal(kubeconfig=config)
        assert f"through {proxy.url}: the proxy " in said
        assert "wrong" not in said


def test_the_proxy_of_the_environment_is_used_but_for_its_exceptions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Proxy("http") as proxy, ApiServer(hosts=("kubernetes.internal",)) as server:
        target = f"kubernetes.internal:{server.port}"
        config = server.write_kubeconfig(cluster={"server": f"https://{target}"})
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        connect_to(Access(kubeconfig=config))
        here = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,.internal")
        connect_to(Access(kubeconfig=config))
        assert [target] == proxy.targets


def test_no_proxy_of_the_environment_leads_to_this_machine(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://nowhere.example:1")
    assert "certificate" == connect_to(Access(kubeconfig=api_server.kubeconfig)).name


def test_an_unknown_kind_of_proxy_is_said(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(cluster={"proxy-url": "https://proxy:1"})
    assert "a proxy has to be http://… or socks5://…, not https://…" in refusal(kubeconfig=config)


def test_python_is_as_strict_as_go_with_authorities(api_server: ApiServer) -> None:
    """Many clusters have an authority without the extensions that Python 3.13 wants."""
    context = kube.tls_context(str(api_server.directory / "ca.crt"), None, None, is_verified=True)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
