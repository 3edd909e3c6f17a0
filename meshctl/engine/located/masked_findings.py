"""Keeps the secret values of an object out of what is said about it."""

from functools import lru_cache

from meshctl.engine.report import LocatedFinding
from meshctl.masking.tokens import masked
from meshctl.masking.values import hidden, may_name_secrets, secret_scalars
from meshctl.resources import Ref, Resource
from meshctl.sources.live_object import ObjectDocument


@lru_cache(maxsize=1024)
def secrets_of(resource: Resource) -> frozenset[str | int | float]:
    """The secret values of an object; findings of a few objects come after each other."""
    document = resource.document
    if not isinstance(document, ObjectDocument):  # whose text is yet to be made of its data
        text = document.text
        if text and not may_name_secrets(text):
            return frozenset()
    return frozenset(secret_scalars(resource.data))


def is_secret(ref: Ref) -> bool:
    """Is the value at a place one that nobody should see?"""
    secrets = secrets_of(ref.resource)
    if not secrets or ref.key:
        return False
    value = ref.value()
    return not isinstance(value, dict | list) and value in secrets


def mask(found: LocatedFinding, *resources: Resource) -> LocatedFinding:
    """Write stars for secrets in the sentences of a finding that is about these objects.

    Its edits stay whole, since they mend the file, and say whether they hold one.
    """
    secrets = frozenset[object]().union(*map(secrets_of, resources))

    def safe(text: str) -> str:
        return hidden(text, secrets) if secrets else masked(text)

    related = tuple(place._replace(message=safe(place.message)) for place in found.related)
    fix = safe(found.fix) if found.fix else found.fix
    repeats = any(safe(edit.text) != edit.text for edit in found.edits)
    return found._replace(
        message=safe(found.message), related=related, fix=fix, repeats_secrets=repeats
    )
