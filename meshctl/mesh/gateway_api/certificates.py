"""The certificates that a Gateway API listener presents, and its bad references.

Mirrors buildTLS and buildSecretReference (pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31).
One bad reference is forgotten as soon as another is good; then the first of the list is taken,
even if that was the bad one, which leaves no name: the proxy presents its own mesh certificate.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.istio.labels import NETWORK
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.status.conditions import Fault
from meshctl.resources import KubernetesGateway, KubernetesListener, View
from meshctl.words import quoted

_MODE = "gateway.istio.io/tls-terminate-mode"
_CIPHERS = "gateway.istio.io/tls-cipher-suites"
_MODES = {"MUTUAL": "MUTUAL", "OPTIONAL_MUTUAL": "OPTIONAL_MUTUAL"}
_MOST = 2
_LISTENER = "gateway.istio.io/listener-protocol"


class ListenerTls(NamedTuple):
    """The TLS settings istiod gives a listener, as an Istio Gateway would write them.

    ``settings`` is ``None`` without TLS; ``fault`` is what the status tells, ``hidden`` are the bad
    references that it does not tell, since another one is good.
    """

    settings: Mapping[str, Any] | None
    fault: Fault | None = None
    hidden: tuple[Fault, ...] = ()

    @property
    def presents_mesh_certificate(self) -> bool:
        """Does it present the proxy's own certificate, though it names others?"""
        return (
            bool(self.hidden)
            and self.settings is not None
            and not self.settings.get("credentialName")
            and not self.settings.get("credentialNames")
        )


class ListenerCertificates:
    """Answers for the TLS settings of listeners."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._faults: dict[tuple[str, str], str] = {}

    def settings(self, listener: KubernetesListener, gateway: KubernetesGateway) -> ListenerTls:
        """Read the TLS settings of a listener of a Gateway (or of a set that belongs to it)."""
        if not listener.has("tls"):
            return ListenerTls(None)
        tls = listener.child("tls")
        if tls.text("mode", "Terminate") == "Passthrough":
            return ListenerTls({"mode": _passthrough(listener), **_ciphers(tls)})
        option = tls.labels_of("options").get(_MODE, "")
        if option == "ISTIO_SIMPLE":
            return ListenerTls({"mode": "SIMPLE", "credentialName": "builtin://"})
        if option == "ISTIO_MUTUAL":
            return ListenerTls({"mode": "ISTIO_MUTUAL"})
        return self._terminating(listener, gateway, _MODES.get(option, "SIMPLE"))

    def _terminating(
        self, listener: KubernetesListener, gateway: KubernetesGateway, mode: str
    ) -> ListenerTls:
        tls = listener.child("tls")
        refs = listener.certificates
        settings: dict[str, Any] = {"mode": mode}
        if len(refs) > _MOST:
            text = f"{len(refs)} certificates are referenced, and {_MOST} are the most"
            too_many = Fault("InvalidCertificateRef", text, tls.key("certificateRefs"))
            return ListenerTls(settings, too_many)
        faults = [self.fault(ref, listener) for ref in refs]
        found = tuple(one for one in faults if one is not None)
        names = ["" if bad else _resource_name(ref) for ref, bad in zip(refs, faults, strict=True)]
        if len(found) == len(refs):
            return ListenerTls(settings, found[0] if found else None)
        if len(refs) - len(found) == 1:
            settings["credentialName"] = names[0]
        else:
            settings["credentialNames"] = names
        client, fault = self._client_validation(listener, gateway)
        if fault is not None:
            return ListenerTls(settings, fault, found)
        if client:
            settings |= client
            settings["mode"] = _MODES.get(tls.labels_of("options").get(_MODE, ""), client["mode"])
        return ListenerTls(settings | _ciphers(tls), None, found)

    def fault(self, ref: View, listener: KubernetesListener) -> Fault | None:
        """Say what is wrong with one reference; ``None`` if it is good, or nobody can tell."""
        if (ref.text("group"), ref.text("kind", "Secret")) != ("", "Secret"):
            text = f"{ref.text('kind')} is no kind of certificate; only a Secret is"
            return Fault("InvalidCertificateRef", text, ref.at("kind"))
        owner = listener.resource
        namespace, name = ref.text("namespace") or owner.namespace, ref.text("name")
        key = namespace, name
        if key not in self._faults:
            self._faults[key] = self._flaw(namespace, name)
        if self._faults[key]:
            return Fault("InvalidCertificateRef", self._faults[key], ref.at("name"))
        grants = self._given.reference_grants
        if not grants.allows_secret(owner, namespace, name) and self._knows_grants(namespace):
            text = f"no ReferenceGrant of namespace {namespace} allows Secret {quoted(name)}"
            return Fault("RefNotPermitted", text, ref.at("namespace"))
        return None

    def _flaw(self, namespace: str, name: str) -> str:
        """Say in words why a Secret is of no use, empty if it is, or the input can't tell."""
        from meshctl.mesh.registry.certificates import flaw  # noqa: PLC0415 - it is slow

        secrets = self._given.registry.secrets
        secret = secrets.secret(name, namespace)
        if secret is not None:
            found = flaw(secret, heed_dates=False)
            return f"Secret {namespace}/{name} {found.text}" if found is not None else ""
        knows = self._given.inventory.knows.all_of("Secret", namespace)
        if namespace in secrets.called(name) or not knows:
            return ""
        return f"namespace {namespace} has no Secret {quoted(name)}"

    def _knows_grants(self, namespace: str) -> bool:
        return bool(self._given.inventory.knows.all_of("ReferenceGrant", namespace))

    def _client_validation(
        self, listener: KubernetesListener, gateway: KubernetesGateway
    ) -> tuple[dict[str, Any], Fault | None]:
        """Read what the Gateway asks of client certificates at the listener's port."""
        frontend = gateway.spec.child("tls", "frontend")
        if not frontend.data:
            return {}, None
        validation = _of_port(frontend, listener.port).child("validation")
        refs = list(validation.items("caCertificateRefs"))
        if not refs:
            return {}, None
        index, data = refs[0]
        ref = View(gateway, (*validation.path, "caCertificateRefs", index), data)
        if len(refs) > 1:
            text = "more than one CA certificate is referenced"
            return {}, Fault("InvalidCACertificateRef", text, ref.at())
        fault = self._authority_fault(ref, listener)
        if fault is not None:
            return {}, fault
        insecure = validation.text("mode") == "AllowInsecureFallback"
        scheme = "configmap" if ref.text("kind") == "ConfigMap" else "kubernetes-gateway"
        home = ref.text("namespace") or listener.resource.namespace
        return {
            "mode": "OPTIONAL_MUTUAL" if insecure else "MUTUAL",
            "caCertCredentialName": f"{scheme}://{home}/{ref.text('name')}-cacert",
        }, None

    def _authority_fault(self, ref: View, listener: KubernetesListener) -> Fault | None:
        if ref.text("group") or ref.text("kind") not in {"ConfigMap", "Secret"}:
            text = f"{ref.text('kind')} is no kind of CA certificate; a Secret or ConfigMap is"
            return Fault("InvalidCACertificateKind", text, ref.at("kind"))
        owner = listener.resource
        namespace = ref.text("namespace") or owner.namespace
        name, kind = ref.text("name"), ref.text("kind")
        grants = self._given.reference_grants
        if not grants.allows(owner, ("", kind), namespace, name) and self._knows_grants(namespace):
            text = f"no ReferenceGrant of namespace {namespace} allows {kind} {quoted(name)}"
            return Fault("RefNotPermitted", text, ref.at("name"))
        return None


def _of_port(frontend: View, port: int | None) -> View:
    for index, data in frontend.items("perPort"):
        if data.get("port") == port:
            return View(frontend.resource, (*frontend.path, "perPort", index), data).child("tls")
    return frontend.child("default")


def _resource_name(ref: View) -> str:
    namespace = ref.text("namespace") or ref.resource.namespace
    return f"kubernetes-gateway://{namespace}/{ref.text('name')}"


def _passthrough(listener: KubernetesListener) -> str:
    """AUTO_PASSTHROUGH: as an option asks, or for the port of a Gateway between networks.

    Mirrors IsAutoPassthrough (pilot/pkg/serviceregistry/kube/conversion.go, Istio 1.31).
    """
    if listener.child("tls").labels_of("options").get(_LISTENER) == "auto-passthrough":
        return "AUTO_PASSTHROUGH"
    labels = listener.resource.labels
    port = labels.get("networking.istio.io/gatewayPort", "15443")
    is_between = NETWORK in labels and str(listener.port) == port
    return "AUTO_PASSTHROUGH" if is_between else "PASSTHROUGH"


def _ciphers(tls: View) -> dict[str, Any]:
    written = tls.labels_of("options").get(_CIPHERS, "")
    suites = [one.strip() for one in written.split(",") if one.strip()]
    return {"cipherSuites": suites} if suites else {}
