"""Gives the files of the chart: its templates, the schema of its values, and values to begin with."""

import json
from collections.abc import Mapping
from pathlib import Path

from meshctl.generate.service.values_schema import values_schema

_FILES = Path(__file__).parent / "files"


def chart_files(values: str | None = None) -> Mapping[str, str]:
    """Give the text of each file by its path; ``values`` takes the place of those to begin with."""
    found = {
        file.relative_to(_FILES).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(_FILES.rglob("*"))
        if file.is_file()
    }
    found["values.schema.json"] = json.dumps(values_schema(), indent=2) + "\n"
    if values is not None:
        found["values.yaml"] = values
    return found
