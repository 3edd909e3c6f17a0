"""Reads and writes baselines: findings that were there already, known by their fingerprints."""

import json
from collections.abc import Iterable

from meshctl.engine.report import LocatedFinding, StaleEntry
from meshctl.errors import ConfigError
from meshctl.plain_objects import read_json
from meshctl.regular_files import read_text

VERSION = 2
"""Version 1 knew findings by their messages, which hold more than the finding."""


def read_baseline(file: str) -> dict[str, StaleEntry]:
    """Read the accepted fingerprints, each with the rule and file that it was of."""
    try:
        data = read_json(read_text(file))
        entries = {VERSION: data["findings"]}[data["version"]]
        return {
            entry["fingerprint"]: StaleEntry(str(entry["rule"]), str(entry["file"]))
            for entry in entries
        }
    except OSError as error:
        message = f"cannot read the baseline {file}: {error.strerror}; --update-baseline writes it"
        raise ConfigError(message) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"{file} is not a baseline of meshctl; write a new one with --update-baseline"
        raise ConfigError(message) from error


def baseline_text(findings: Iterable[LocatedFinding]) -> str:
    """Write the baseline that accepts these findings, one entry each, for people to review."""
    entries = [
        {
            "fingerprint": found.fingerprint,
            "rule": found.rule,
            "file": found.location.file,
            "message": found.message,
        }
        for found in findings
    ]
    entries.sort(key=lambda entry: (entry["file"], entry["rule"], entry["fingerprint"]))
    return json.dumps({"version": VERSION, "findings": entries}, indent=2) + "\n"
