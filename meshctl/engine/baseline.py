"""Remembers findings by fingerprint in a baseline file, and tells the new ones apart."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from meshctl.engine.report import LocatedFinding
from meshctl.errors import ConfigError


def read_baseline(file: str) -> Counter[str]:
    """Read how often each fingerprint is accepted."""
    try:
        data = json.loads(Path(file).read_text(encoding="utf-8"))
        accepted = data["findings"]
        return Counter({entry["fingerprint"]: int(entry["count"]) for entry in accepted})
    except OSError as error:
        message = f"cannot read the baseline {file}: {error.strerror}; --update-baseline writes it"
        raise ConfigError(message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file} is not a baseline of meshctl; write a new one with --update-baseline"
        raise ConfigError(message) from error


def baseline_text(findings: Iterable[LocatedFinding]) -> str:
    """Write the baseline that accepts these findings, one entry each, for people to review."""
    counts: Counter[tuple[str, str, str, str]] = Counter(
        (found.location.file, found.rule, found.message, found.fingerprint) for found in findings
    )
    entries = [
        {"fingerprint": key[3], "count": count, "rule": key[1], "file": key[0], "message": key[2]}
        for key, count in sorted(counts.items())
    ]
    return json.dumps({"version": 1, "findings": entries}, indent=2) + "\n"
