"""Which objects does a list select? By labels and by fields."""

import re
from typing import Any

_TERM = re.compile(r"(?P<key>[^!=\s]+)\s*(?P<operator>!?==?)\s*(?P<value>.*)")


def is_selected(thing: dict[str, Any], query: dict[str, str]) -> bool:
    labels = thing["metadata"].get("labels") or {}
    fields = {
        "metadata.name": thing["metadata"]["name"],
        "metadata.namespace": thing["metadata"].get("namespace", ""),
        "status.phase": (thing.get("status") or {}).get("phase", ""),
    }
    return _satisfies(labels, query.get("labelSelector", "")) and _satisfies(
        fields, query.get("fieldSelector", "")
    )


def _satisfies(values: dict[str, str], selector: str) -> bool:
    for term in (item.strip() for item in re.split(r",(?![^(]*\))", selector)):
        if among := re.fullmatch(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)", term):
            allowed = {value.strip() for value in among[3].split(",")}
            if (values.get(among[1]) in allowed) != (among[2] == "in"):
                return False
        elif match := _TERM.fullmatch(term):
            if (values.get(match["key"]) == match["value"]) != (match["operator"][0] == "="):
                return False
        elif term and (term.lstrip("!") in values) == term.startswith("!"):
            return False
    return True
