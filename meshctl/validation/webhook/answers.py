"""The webhook's answers: faults that refuse an object, and warnings."""

from meshctl.resources.view import Ref
from meshctl.validation.faults import Fault


def refuse(ref: Ref, message: str) -> Fault:
    """Refuse the object because of what is written at a place."""
    return Fault("webhook", ref.path, message, is_warning=False, key=ref.key)


def warn(ref: Ref, message: str) -> Fault:
    """Accept the object, and warn about what is written at a place."""
    return Fault("webhook", ref.path, message, is_warning=True, key=ref.key)
