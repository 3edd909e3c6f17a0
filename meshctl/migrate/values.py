"""Reads lists of texts whose entries may be numbers, as old objects have them."""

from meshctl.resources import View


def values_of(view: View, key: str) -> list[str]:
    """Read a list; what is no text stands for itself as one, so that no condition gets lost."""
    written = view.data.get(key)
    if written is None:
        return []
    entries = written if isinstance(written, list) else [written]
    return [str(entry) for entry in entries if entry not in ("", None)]
