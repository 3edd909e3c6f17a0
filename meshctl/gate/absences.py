"""Tells what is missing from what contradicts something that is there."""

import re

_MISSING = re.compile(
    r"not-found|no-workload|no-endpoint|no-pod|without-route|without-its-hosts|without-waypoint"
    r"|parent-port-missing|provider-missing|url-missing|never-checked|qualified-host|unknown|-unusable|-broken|not-served|never-looked-up|misses-pods|is-incomplete"
    r"|not-on-service|not-granted|not-accepting|not-shifted|unreconciled|cluster-never-there"
)
_OF_ONE_OBJECT = frozenset({"schema", "document"})


def is_absence(rule_id: str) -> bool:
    """Does a rule say that something isn't there, which may be applied a second later?

    The names of rules state what is wrong, so that they tell this as well. What one object lacks in
    itself won't come by another.
    """
    family, _, name = rule_id.partition("/")
    return family not in _OF_ONE_OBJECT and _MISSING.search(name) is not None
