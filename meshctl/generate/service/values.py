"""Reads the values of a service, and says line by line what is wrong with them."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from meshctl.errors import InputError, MeshctlError
from meshctl.generate.service.contradictions import contradictions
from meshctl.generate.service.values_schema import HTTP_PROTOCOLS, values_schema
from meshctl.regular_files import read_bytes
from meshctl.sources.documents import Document
from meshctl.validation.checker import compile_schema
from meshctl.validation.faults import Fault, sentence
from meshctl.words import amount
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import Reader


class ValuesError(MeshctlError):
    """Values from which nothing can be made; one line for each mistake."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = tuple(places)
        mistakes = amount(len(places), "mistake")
        super().__init__(
            "\n".join([f"the values have {mistakes}, so nothing is written:", *places])
        )


class ServicePort(NamedTuple):
    """A port of the service: what clients call, what is spoken, the port of the container."""

    number: int
    protocol: str
    target: int

    @property
    def name(self) -> str:
        """The name from which Istio reads the protocol, such as ``grpc-8080``."""
        return f"{self.protocol}-{self.number}"

    @property
    def is_http(self) -> bool:
        """Do proxies read requests on it?"""
        return self.protocol in HTTP_PROTOCOLS


@dataclass(frozen=True, slots=True)
class ServiceValues:
    """The values of one service, with what holds where nothing is written."""

    name: str
    namespace: str
    selector: Mapping[str, str]
    ports: tuple[ServicePort, ...]
    server_in_mesh: bool
    clients: str
    mtls: str
    gateway: Mapping[str, Any] | None
    timeout: str | None
    retries: Mapping[str, Any] | None
    canary: Mapping[str, Any] | None
    outlier_detection: Mapping[str, Any] | None
    allowed_callers: tuple[str, ...]

    @property
    def http_ports(self) -> tuple[ServicePort, ...]:
        """The ports on which proxies read requests."""
        return tuple(port for port in self.ports if port.is_http)

    @property
    def is_routed(self) -> bool:
        """Does any proxy, of a client or a gateway, route calls to it?"""
        return self.clients != "none" or self.gateway is not None


def read_values(file: str, namespace: str) -> ServiceValues:
    """Read a file, or standard input for ``-``; ``namespace`` holds where it names none.

    Raises ValuesError with file, line and column of every mistake, InputError for no file.
    """
    return parse_values(_text_of(file), "stdin" if file == "-" else file, namespace)


def read_text(file: str) -> str:
    """Read the text of a file whose values have no mistake; raises as ``read_values`` does."""
    text = _text_of(file)
    parse_values(text, "stdin" if file == "-" else file, "default")
    return text


def _text_of(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else read_bytes(file)
        return raw.decode("utf-8")
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text in UTF-8; save it as such") from error


def parse_values(text: str, file: str, namespace: str) -> ServiceValues:
    """Read the text of a file; raises ValuesError with the place of every mistake."""
    try:
        data, notes = Reader().read(text)
    except UnreadableError as error:
        line = text.count("\n", 0, error.note.start) + 1
        raise ValuesError([f"{file}:{line}: {error.note.message}"]) from None
    document = Document(file, 1, text, data)
    if notes:
        lines = [(text.count("\n", 0, note.start) + 1, note.message) for note in notes]
        raise ValuesError([f"{file}:{line}: {message}" for line, message in lines])
    if faults := list(mistakes(data)):
        raise ValuesError([_placed(document, fault) for fault in faults])
    return values_of(data, namespace)


def mistakes(data: Any) -> Sequence[Fault]:
    """What is wrong with values: by the schema, else by what excludes each other."""
    return [*compile_schema(values_schema())(data)] or [*contradictions(_written(data))]


def values_of(data: Mapping[str, Any], namespace: str) -> ServiceValues:
    """Fill in what is not written in values that have no mistake."""
    written = _written(data)
    in_mesh = written.get("inMesh", {})
    clients = in_mesh.get("clients", "all")
    return ServiceValues(
        name=written["name"],
        namespace=written.get("namespace", namespace),
        selector=written.get("selector", {"app": written["name"]}),
        ports=tuple(
            ServicePort(port["port"], port["protocol"], port.get("targetPort", port["port"]))
            for port in written["ports"]
        ),
        server_in_mesh=in_mesh.get("server", True),
        clients=clients,
        mtls=written.get("mtls", "STRICT" if clients == "all" else "PERMISSIVE"),
        gateway=written.get("gateway"),
        timeout=written.get("timeout"),
        retries=written.get("retries"),
        canary=written.get("canary"),
        outlier_detection=written.get("outlierDetection"),
        allowed_callers=tuple(written.get("allowedCallers", ())),
    )


def _written(data: Any) -> Any:
    """Leave out what is null: it counts as not written."""
    if isinstance(data, dict):
        return {key: _written(value) for key, value in data.items() if value is not None}
    return [_written(item) for item in data] if isinstance(data, list) else data


def _placed(document: Document, fault: Fault) -> str:
    span = document.span(fault.path, key=fault.key)
    return f"{document.file}:{span.line}:{span.column}: {sentence(fault)}"
