"""Reads lists of names from the command line."""


def split_names(values: list[str] | None) -> tuple[str, ...] | None:
    """Read names given several times or separated by commas; ``None`` when there are none."""
    if not values:
        return None
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
