"""The commands that Envoy replaces in log formats and header values: ``%NAME%``, ``%NAME(text):9%``.

They are those of Envoy 1.39 (docs, configuration/advanced/substitution_formatter). Envoy refuses a listener or
a route with one that it doesn't know.
"""

from collections.abc import Iterator

from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

_NAME = lazy_pattern(r"[A-Z0-9_]+")
_LENGTH = lazy_pattern(r"(?::[0-9]+)?%")

_OF_ADDRESSES = (
    "LOCAL_ADDRESS LOCAL_ADDRESS_WITHOUT_PORT LOCAL_PORT LOCAL_ADDRESS_ENDPOINT_ID REMOTE_ADDRESS "
    "REMOTE_ADDRESS_WITHOUT_PORT REMOTE_PORT REMOTE_ADDRESS_ENDPOINT_ID"
)
_OF_SIDES = (
    "WIRE_BYTES_SENT WIRE_BYTES_RECEIVED HEADER_BYTES_SENT HEADER_BYTES_RECEIVED "
    "DECOMPRESSED_HEADER_BYTES_SENT DECOMPRESSED_HEADER_BYTES_RECEIVED TRANSPORT_FAILURE_REASON "
    "DETECTED_CLOSE_TYPE LOCAL_CLOSE_REASON TLS_SESSION_ID TLS_CIPHER TLS_GROUP TLS_VERSION PEER_SUBJECT "
    "PEER_ISSUER PEER_CERT PEER_CERT_V_START PEER_CERT_V_END LOCAL_URI_SAN LOCAL_DNS_SAN LOCAL_IP_SAN "
    f"PEER_URI_SAN PEER_DNS_SAN PEER_IP_SAN {_OF_ADDRESSES}"
)
_OF_CLIENTS = (
    "HANDSHAKE_DURATION LOCAL_EMAIL_SAN PEER_EMAIL_SAN LOCAL_OTHERNAME_SAN PEER_OTHERNAME_SAN LOCAL_SUBJECT "
    "PEER_FINGERPRINT_256 PEER_FINGERPRINT_1 PEER_SERIAL PEER_CHAIN_FINGERPRINTS_256 "
    "PEER_CHAIN_FINGERPRINTS_1 PEER_CHAIN_SERIALS PEER_ISSUER_FINGERPRINT_256 PEER_ISSUER_SERIAL"
)
_OF_SERVERS = (
    "PROTOCOL REQUEST_ATTEMPT_COUNT CONNECTION_POOL_READY_DURATION HOST HOST_NAME HOST_NAME_WITHOUT_PORT "
    "HOSTS_ATTEMPTED HOSTS_ATTEMPTED_WITHOUT_PORT HOST_NAMES_ATTEMPTED HOST_NAMES_ATTEMPTED_WITHOUT_PORT "
    "CLUSTER CLUSTER_RAW CONNECTION_ID CONNECTION_IDS_ATTEMPTED METADATA FILTER_STATE SERVER_NAME"
)
_OTHERS = (
    "START_TIME START_TIME_LOCAL EMIT_TIME EMIT_TIME_LOCAL REQUEST_HEADERS_BYTES BYTES_RECEIVED "
    "BYTES_RETRANSMITTED PACKETS_RETRANSMITTED PROTOCOL RESPONSE_CODE RESPONSE_CODE_DETAILS "
    "CONNECTION_TERMINATION_DETAILS RESPONSE_HEADERS_BYTES RESPONSE_TRAILERS_BYTES BYTES_SENT DURATION "
    "COMMON_DURATION REQUEST_DURATION REQUEST_TX_DURATION RESPONSE_DURATION ROUNDTRIP_DURATION "
    "RESPONSE_TX_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG ROUTE_NAME VIRTUAL_CLUSTER_NAME CONNECTION_ID "
    "STREAM_ID GRPC_STATUS GRPC_STATUS_NUMBER REQUEST_HEADER REQ RESPONSE_HEADER RESP RESPONSE_TRAILER "
    "TRAILER DYNAMIC_METADATA CLUSTER_METADATA FILTER_STATE REQUESTED_SERVER_NAME TLS_JA3_FINGERPRINT "
    "TLS_JA4_FINGERPRINT HOSTNAME LOCAL_REPLY_BODY FILTER_CHAIN_NAME ACCESS_LOG_TYPE UNIQUE_ID ENVIRONMENT "
    "TRACE_ID SPAN_ID QUERY_PARAM QUERY_PARAMS PATH CUSTOM_FLAGS COALESCE METADATA CEL TYPED_CEL "
    "REQ_WITHOUT_QUERY FILE_CONTENT SECRET"
)
COMMANDS = frozenset({
    *_OTHERS.split(),
    *(f"DOWNSTREAM_{name}" for name in (*_OF_SIDES.split(), *_OF_CLIENTS.split())),
    *(f"DOWNSTREAM_DIRECT_{name}" for name in _OF_ADDRESSES.split()),
    *(f"UPSTREAM_{name}" for name in (*_OF_SIDES.split(), *_OF_SERVERS.split())),
})  # fmt: skip


def wrong_commands(text: str) -> Iterator[str]:
    """Walk what Envoy refuses in a text, in words; a ``%%`` stands for a percent sign."""
    at = text.find("%")
    while at >= 0:
        if text.startswith("%%", at):
            at = text.find("%", at + 2)
            continue
        name = _NAME.match(text, at + 1)
        end = _end_of(text, name.end()) if name is not None else -1
        if name is None or end < 0:
            yield f"{quoted(text[at : at + 20])} begins no command; write %% for a percent sign"
            return
        if name.group() not in COMMANDS:
            yield f"Envoy has no command %{name.group()}%"
        at = text.find("%", end)


def _end_of(text: str, at: int) -> int:
    """Find where a command ends whose name ends here; -1 where it doesn't."""
    if text.startswith("(", at):
        while True:
            at = text.find(")", at) + 1
            if not at:
                return -1
            closing = _LENGTH.match(text, at)
            if closing is not None:
                return closing.end()
    closing = _LENGTH.match(text, at)
    return closing.end() if closing is not None else -1
