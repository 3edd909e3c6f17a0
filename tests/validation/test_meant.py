"""A fault says what was meant where there is one reading of what is written."""

from typing import Any

import pytest

from meshctl.validation.checker import compile_schema
from meshctl.validation.faults import Meant

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "host": {"type": "string"},
        "hostname": {"type": "integer"},
        "port": {"type": "integer", "maximum": 65535},
        "mode": {"type": "string", "enum": ["ROUND_ROBIN", "RANDOM"]},
        "isOpen": {"type": "boolean"},
    },
}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"Host": "a"}, Meant("host")),
        ({"hots": "a"}, Meant("host", is_sure=False)),
        ({"Host": "a", "host": "b"}, None),
        ({"Host": "a", "HOST": "b"}, None),
        ({"Port": "a"}, None),
        ({"colour": "red"}, None),
        ({"port": "8080"}, Meant(8080)),
        ({"port": "70000"}, None),
        ({"port": "web"}, None),
        ({"isOpen": "True"}, Meant(True)),
        ({"isOpen": "yes"}, None),
        ({"host": 1.5}, Meant("1.5", is_quoted=True)),
        ({"host": ["a"]}, None),
        ({"mode": "round-robin"}, Meant("ROUND_ROBIN")),
        ({"mode": "RANDON"}, Meant("RANDOM", is_sure=False)),
        ({"mode": "LEAST"}, None),
    ],
)
def test_one_reading_is_meant(written: dict[str, Any], meant: Meant | None) -> None:
    faults = compile_schema(SCHEMA)(written)
    assert faults
    assert {fault.meant for fault in faults} == {meant}
