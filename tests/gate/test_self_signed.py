"""Certificates that are made here: renewed in time, one for all replicas, trusted before used."""

import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from meshctl.cluster.api import ClusterError, NotFoundError
from meshctl.gate.serving import self_signed
from meshctl.gate.serving.certificate import Certificate
from meshctl.gate.serving.self_signed import SelfSigned, renewed

NAMES = ["meshctl-webhook.mesh.svc", "meshctl-webhook.mesh.svc.cluster.local"]


class Cluster:
    """Objects by path, with the optimistic locking of an API server."""

    def __init__(self) -> None:
        hooks = [{"name": "mesh.meshctl.io", "clientConfig": {"service": {}}}]
        self.objects: dict[str, Any] = {
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/meshctl": {
                "metadata": {"resourceVersion": "1"}, "webhooks": hooks,
            }
        }  # fmt: skip
        self.before_write = lambda: None

    def request(self, method: str, path: str, _query: Any = None, body: Any = None) -> Any:
        if method == "GET":
            if path not in self.objects:
                raise NotFoundError("not there")
            return self.objects[path]
        hook, self.before_write = self.before_write, lambda: None
        hook()
        target = f"{path}/{body['metadata']['name']}" if method == "POST" else path
        known = self.objects.get(target)
        version = body["metadata"].get("resourceVersion")
        if known is not None and version != known["metadata"]["resourceVersion"]:
            raise ClusterError("conflict")
        number = str(int(version or 0) + 1)
        self.objects[target] = {**body, "metadata": {**body["metadata"], "resourceVersion": number}}
        return self.objects[target]

    @property
    def bundle(self) -> str:
        found = next(one for path, one in self.objects.items() if path.endswith("/meshctl"))
        return base64.b64decode(found["webhooks"][0]["clientConfig"]["caBundle"]).decode()


def made_in(folder: Path, name: str) -> SelfSigned:
    (folder / name).mkdir()
    return SelfSigned("mesh", str(folder / name))


def test_replicas_agree_on_one_certificate_that_is_trusted(tmp_path: Path) -> None:
    cluster = Cluster()
    first, second = made_in(tmp_path, "one"), made_in(tmp_path, "two")
    cluster.before_write = lambda: second.renew(cluster)  # type: ignore[arg-type]
    first.renew(cluster)  # type: ignore[arg-type]
    assert Path(first.certificate).read_text() == Path(second.certificate).read_text()
    assert 0o600 == Path(first.key).stat().st_mode & 0o777
    assert Certificate(first.certificate, first.key).is_there
    client = ssl.create_default_context(cadata=cluster.bundle)
    assert 1 == len(client.get_ca_certs())


def test_what_is_young_is_kept() -> None:
    made = renewed(None, NAMES)
    assert made == renewed(made, NAMES)


@pytest.mark.parametrize(("days", "kinds"), [(70, {"leaf"}), (3_000, {"leaf", "authority"})])
def test_what_is_old_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, days: int, kinds: set[str]
) -> None:
    made = renewed(None, NAMES)
    later = datetime.now(tz=UTC) + timedelta(days=days)
    monkeypatch.setattr(self_signed, "datetime", _Clock(later))
    new = renewed(made, NAMES)
    assert kinds == {
        name for name in ("leaf", "authority") if getattr(made, name) != getattr(new, name)
    }
    assert made.authority.certificate in new.trusted
    assert new.authority.certificate in new.trusted


def test_other_names_get_another_certificate() -> None:
    made = renewed(None, ["other.mesh.svc"])
    new = renewed(made, NAMES)
    assert (made.authority, True) == (new.authority, new.leaf != made.leaf)


def test_a_secret_of_somebody_else_is_no_certificate(tmp_path: Path) -> None:
    cluster = Cluster()
    path = "/api/v1/namespaces/mesh/secrets/meshctl-webhook-tls"
    cluster.objects[path] = {
        "metadata": {"name": "meshctl-webhook-tls", "resourceVersion": "4"},
        "data": {"tls.crt": "bm90aGluZw=="},
    }
    made_in(tmp_path, "one").renew(cluster)  # type: ignore[arg-type]
    assert {"ca.crt", "ca.key", "tls.crt", "tls.key"} == set(cluster.objects[path]["data"])


class _Clock:
    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self, tz: Any) -> datetime:
        return self._moment.astimezone(tz)
