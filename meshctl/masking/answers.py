"""Keeps secrets out of answers, which show parts of objects on their own."""

from typing import Any

from meshctl.masking.tokens import MASK, masked
from meshctl.masking.values import COMPARISONS, looks_secret


def said(name: str, text: str) -> str:
    """Write what a header or parameter of this name is or has to be."""
    return MASK if text and looks_secret(name) else masked(text)


def masked_data(value: Any) -> Any:
    """Write an answer for programs: dicts and lists with stars for secrets."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list | tuple):
        return [masked_data(item) for item in value]
    if not isinstance(value, dict):
        return value
    name = value.get("name")
    is_named = isinstance(name, str) and looks_secret(name)
    return {
        key: MASK
        if isinstance(item, str) and ((is_named and key in COMPARISONS) or looks_secret(key))
        else masked_data(item)
        for key, item in value.items()
    }
