"""Refuses functions that give another result every time or read outside their data."""

from collections.abc import Callable, Mapping
from typing import Any

from meshctl.inject.go_template.errors import CallError

_REASONS = {
    "it gives another result every time": (
        "randAlphaNum randAlpha randAscii randNumeric randBytes randInt uuidv4 shuffle genCA "
        "genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert "
        "genSignedCertWithKey bcrypt htpasswd encryptAES"
    ),
    "it depends on the clock": (
        "now date dateInZone date_in_zone dateModify date_modify mustDateModify ago duration "
        "durationRound htmlDate htmlDateInZone toDate mustToDate unixEpoch must_date_modify"
    ),
    "it reads the environment of the process": "expandenv env getHostByName",
    "cryptography is left out": "decryptAES derivePassword buildCustomCert",
}


def _refusal(name: str, reason: str) -> Callable[..., Any]:
    def refuse(*_arguments: Any) -> Any:
        raise CallError(f"{name} is not supported here, since {reason}")

    return refuse


REFUSED: Mapping[str, Callable[..., Any]] = {
    name: _refusal(name, reason) for reason, names in _REASONS.items() for name in names.split()
}
