"""Whether anything in the mesh may read the marks that policies of action AUDIT leave on requests.

Envoy sets ``access_log_hint`` in the metadata of what a policy matches; a plugin, a log format or a filter of access
logs has to ask for it.
"""

from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import EnvoyFilter, Telemetry, WasmPlugin

_READ_BY = ("access_log_hint", "stackdriver")


def may_be_read(inventory: Inventory) -> bool:
    """May something in the input read them? What a plugin reads can't be told."""
    if inventory.of(WasmPlugin):
        return True
    readers = (*inventory.of(EnvoyFilter), *inventory.of(Telemetry))
    written = (inventory.config.raw, *(one.data for one in readers))
    return any(word in text for text in map(str, written) for word in _READ_BY)
