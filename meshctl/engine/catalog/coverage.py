"""Compares the rules with the checks of istioctl and Kiali."""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.engine.catalog.codes import ISTIOCTL, KIALI
from meshctl.engine.registry import load_all
from meshctl.package_data import shipped
from meshctl.yaml.reader import parse_one

_CLUSTER = "asks the API server of a cluster before an installation or upgrade; no manifest says it"

_PERMISSIVE = (
    "nothing is wrong: without a PeerAuthentication servers are PERMISSIVE, which takes mutual TLS; "
    "destination-rule/mutual-tls-to-pod-without-sidecar finds the pods that can't"
)

WITHOUT_RULE: dict[str, str] = {
    "IST0001": "says that istioctl itself failed; ours is internal/rule-crashed, for any rule",
    "IST0141": _CLUSTER,
    "IST0142": _CLUSTER,
    "IST0168": "istioctl has no check that gives it",
    "IST0169": _CLUSTER,
    "KIA0205": _PERMISSIVE,
    "KIA0206": _PERMISSIVE,
}
"""The codes that no rule has, each with the reason."""


class Coverage(NamedTuple):
    """One code: what it is about, the rules that find it, and what differs or why there is none."""

    code: str
    title: str
    rules: tuple[str, ...]
    differs: str


def coverage() -> Sequence[Coverage]:
    """List every code of istioctl and Kiali, those of istioctl first."""
    rules: dict[str, list[str]] = {}
    for rule in load_all():
        for code in rule.equivalents:
            rules.setdefault(code, []).append(rule.id)
    differences = _differences()
    return [
        Coverage(
            code,
            title,
            tuple(rules.get(code, ())),
            differences.get(code, "") if code in rules else WITHOUT_RULE.get(code, ""),
        )
        for code, title in (ISTIOCTL | KIALI).items()
    ]


def _differences() -> dict[str, str]:
    """Read what is intended to differ, by code."""
    file = shipped("deviations.yaml", "tests/conformance/deviations.yaml")
    if not file.is_file():
        return {}
    listed = parse_one(file.read_text(encoding="utf-8"))
    return {code: entry["differs"] for code, entry in listed["codes"].items()}
