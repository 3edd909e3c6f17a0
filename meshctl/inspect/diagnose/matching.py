"""Finds the symptoms in a text: a log, a message, a flag, a status code."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.inspect.diagnose.signatures import Signature, signatures
from meshctl.plain_objects import read_json
from meshctl.words import whole_number

_CODES = {
    "404": ("NR",),
    "503": ("UH", "UF", "UC", "NC", "UO", "URX", "UR", "LR", "OM", "DF"),
    "504": ("UT", "SI", "UMSDR"),
    "502": ("UPE",),
    "400": ("DPE", "IH"),
    "429": ("RL",),
    "408": ("SI", "DT"),
    "499": ("DC",),
}  # fmt: skip
_OTHER_CODES = {
    "401": ("jwt-denied", "jwt-missing", "jwt-verify", "jwt-issuer", "jwt-other"),
    "403": ("rbac-http", "rbac-body", "uaex"),
    "421": ("421",), "426": ("426", "low-version"), "431": ("431",),
}  # fmt: skip
_SHORT = re.compile(r"(?:(\d{3})\s+)?([A-Z]{2,6}(?:,[A-Z]{2,6})*)")
_PIECE = re.compile(r"(?:(\d{3})\s+)?([A-Z]{2,6}(?:,[A-Z]{2,6})*)\s+(\S.*)")
_UNFIXED = re.compile(r"[\\()\[\]|?*+{}]")
_LEAST = 12
"""How many characters of the beginning of a message tell it."""
_CLUSTER = re.compile(r"\boutbound\|(\d+)\|([^|\s]*)\|([\w.*-]+)")
_LINE = re.compile(r'"(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE) (\S+) HTTP')
_POLICY = re.compile(r"matched_policy\[(?:ns\[([^\]]+)\]-policy\[([^\]]+)\])")
_QUOTED = re.compile(r'"([^"]*)"')
_AUTHORITY = 5
"""How many quoted texts of a line of Istio's access log come before the authority."""


class Facts(NamedTuple):
    """What a text says of the request it is about."""

    host: str = ""
    port: int | None = None
    subset: str = ""
    path: str = ""
    policy: str = ""


class Match(NamedTuple):
    """A symptom, and the text it is seen in."""

    signature: Signature
    text: str


def find_symptoms(text: str) -> list[Match]:
    """List the symptoms in a text, each once, the most specific first."""
    lines = [_as_text_log(line) for line in text.splitlines() if line.strip()]
    found: dict[str, tuple[tuple[int | bool, ...], Match]] = {}
    for number, line in enumerate(lines):
        for signature in signatures():
            match = signature.pattern.search(line)
            if match is not None:
                rank = (
                    *_generality(signature, line, match[0]),
                    number,
                    -len(match[0]),
                    -len(signature.flag),
                )
                found.setdefault(signature.id, (rank, Match(signature, line)))
    if found:
        ordered = sorted(found.values(), key=lambda each: each[0])
        return _without_general([match for _, match in ordered])
    named = list(_by_name(text.strip())) or list(_of_parts(text.strip()))
    return [Match(signature, text) for signature in named]


def _of_parts(text: str) -> Iterator[Signature]:
    """List the symptoms of a piece of a line or message: code, flags and details, or its beginning."""
    every = signatures()
    piece = _PIECE.fullmatch(text)
    flags = piece[2].split(",") if piece else []
    if piece and {signature.flag for signature in every if signature.is_flag}.issuperset(flags):
        usual = next((code for code, known in _CODES.items() if flags[0] in known), "503")
        line = f'" {piece[1] or usual} {piece[2]} {piece[3]} '
        found = [
            signature for signature in every if signature.is_flag and signature.pattern.search(line)
        ]
        yield from found or (signature for flag in flags for signature in _by_name(flag))
    beginning = text.lower().rstrip(" .:")
    if " " in beginning and len(beginning) >= _LEAST:
        yield from (signature for signature in every if _plain(signature).startswith(beginning))


def _plain(signature: Signature) -> str:
    """The words with which a message begins, as far as they are fixed."""
    return _UNFIXED.split(signature.pattern.pattern.replace("\\.", "."))[0].lower()


def _generality(signature: Signature, line: str, matched: str) -> tuple[int, bool]:
    """Rank a symptom: what the kubelet says holds the words of clients; a flag says less than words.

    In a line of an access log its own symptoms come before those of clients.
    """
    fits = (
        signature.where == "access-log" if _LINE.search(line) else signature.where != "access-log"
    )
    where = 0 if signature.where == "event" else 1 if fits else 2
    return where, matched.startswith('"') and "TLS_error" not in matched


def _without_general(matches: list[Match]) -> list[Match]:
    """Leave out a flag where the same flag with more words is there."""
    ids = {match.signature.id for match in matches}
    return [match for match in matches if not (match.signature.id == "uf" and "uf-tls" in ids)]


def named(name: str) -> list[Signature]:
    """List the symptoms that a flag, a status code, an id or a message stand for."""
    found = list(_by_name(name))
    if not found and " " in name:
        found = [match.signature for match in find_symptoms(name)]
    return found


def _by_name(name: str) -> Iterator[Signature]:
    every = signatures()
    short = _SHORT.fullmatch(name)
    flags: Iterable[str] = short[2].split(",") if short else _CODES.get(name, ())
    others = _OTHER_CODES.get(name, ())
    for flag in flags:
        yield from (
            signature
            for signature in every
            if signature.flag == flag and signature.where == "access-log"
        )
    yield from (signature for signature in every if signature.id in others or signature.id == name)
    if short and not any(signature.flag in short[2].split(",") for signature in every):
        word = re.compile(rf"(?<![a-z]){re.escape(name)}(?![a-z])", re.IGNORECASE)
        yield from (signature for signature in every if word.search(signature.pattern.pattern))


def facts_of(text: str) -> Facts:
    """Take out of a line of a log which host, port, subset and path it is about."""
    line = _as_text_log(text)
    cluster = _CLUSTER.search(line)
    path, policy = _LINE.search(line), _POLICY.search(line)
    quoted = _QUOTED.findall(line)
    host = cluster[3] if cluster else quoted[_AUTHORITY] if len(quoted) > _AUTHORITY else ""
    name, _, port = host.partition(":")
    number = whole_number(cluster[1] if cluster else port)
    return Facts(
        name.strip("-"), number, cluster[2] if cluster else "", path[1] if path else "",
        f"{policy[1]}/{policy[2]}" if policy else "",
    )  # fmt: skip


def _as_text_log(line: str) -> str:
    """Write a line of a log in JSON as Istio writes it in text."""
    start = line.find("{")
    if start < 0 or '"response_code"' not in line:
        return line
    try:
        data = read_json(line[start:])
    except ValueError:
        return line
    if not isinstance(data, dict):
        return line

    def text(key: str) -> str:
        return str(data.get(key) or "-")

    return (
        f'[{text("start_time")}] "{text("method")} {text("path")} {text("protocol")}" '
        f"{text('response_code')} {text('response_flags')} {text('response_code_details')} "
        f'{text("connection_termination_details")} "{text("upstream_transport_failure_reason")}" '
        f'- - - - "-" "{text("user_agent")}" "{text("request_id")}" "{text("authority")}" '
        f'"{text("upstream_host")}" {text("upstream_cluster")} - - - '
        f"{text('requested_server_name')} {text('route_name')}"
    )
