"""A view of Istio's Gateway."""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import Ref, View, cached_property, views

_TLS_PROTOCOLS = frozenset({"HTTPS", "TLS"})


class Server(View):
    """One server of a Gateway: a port, its hosts and its TLS settings."""

    @property
    def gateway(self) -> "Gateway":
        """The Gateway that declares this server."""
        assert isinstance(self.resource, Gateway)  # noqa: S101 - narrows the type
        return self.resource

    @property
    def index(self) -> int:
        """The place of this server in ``spec.servers``, from 0."""
        return int(self.path[-1])

    @cached_property
    def port(self) -> int:
        """The port number asked for, 0 when it is missing."""
        return self.child("port").number("number") or 0

    @cached_property
    def protocol(self) -> str:
        """The protocol in capitals, empty when it is missing."""
        return self.child("port").text("protocol").upper()

    @cached_property
    def port_name(self) -> str:
        """The name of the port."""
        return self.child("port").text("name")

    @cached_property
    def bind(self) -> str:
        """The address to bind to, empty for all."""
        return self.text("bind")

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts as written, with their ``namespace/`` prefix if any."""
        return self.texts("hosts")

    @cached_property
    def tls(self) -> View:
        """The TLS settings, empty when there are none."""
        return self.child("tls")

    @cached_property
    def tls_mode(self) -> str:
        """The TLS mode; an HTTPS or TLS server without one passes through (enum value 0)."""
        return self.tls.text("mode") or ("PASSTHROUGH" if self.is_tls else "")

    @property
    def is_tls(self) -> bool:
        """Does the listener speak TLS on this server's port?"""
        return self.protocol in _TLS_PROTOCOLS

    @property
    def is_passthrough(self) -> bool:
        """Does the server forward TLS unopened, by its SNI?"""
        return self.is_tls and self.tls_mode in {"PASSTHROUGH", "AUTO_PASSTHROUGH"}

    @property
    def terminates_tls(self) -> bool:
        """Does the server open TLS itself?"""
        return self.is_tls and not self.is_passthrough

    @property
    def https_redirect(self) -> bool:
        """Are plain requests answered with a redirect to HTTPS?"""
        return self.tls.flag("httpsRedirect") is True

    @property
    def credential(self) -> str:
        """The name of the Secret with the certificate, empty when there is none."""
        return self.tls.text("credentialName")

    @property
    def credentials(self) -> Iterator[tuple[str, Ref]]:
        """The Secrets of the namespace of its pods that it presents, and where it names them."""
        written = [(self.credential, self.tls.at("credentialName"))]
        names = enumerate(self.tls.texts("credentialNames"))
        written += [(name, self.tls.at("credentialNames", index)) for index, name in names]
        for name, ref in written:
            if name and "://" not in name and "/" not in name:
                yield name, ref

    def host_at(self, index: int) -> Ref:
        """Name one of the hosts."""
        return self.at("hosts", index)


class Gateway(Resource):
    """An Istio Gateway: servers for the workloads its selector picks."""

    @cached_property
    def selector(self) -> dict[str, str]:
        """Labels of the gateway workloads; empty selects every workload."""
        return self.spec.labels_of("selector")

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """The servers in order."""
        return views(self.spec, "servers", Server)

    @cached_property
    def ports(self) -> tuple[tuple[int, bool], ...]:
        """The ports that its servers ask for, each once, and whether they speak TLS there."""
        return tuple(dict.fromkeys((server.port, server.is_tls) for server in self.servers))
