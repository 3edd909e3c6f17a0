"""Checks matches of a text: exact, by prefix or by regex.

Mirrors validateStringMatch, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses two
ways at once.
"""

from collections.abc import Iterator

from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.regexes import why_not_regex


def check_string_match(match: View) -> Iterator[Fault]:
    """Check a match that cannot be by an empty prefix."""
    if match.has("prefix") and not match.text("prefix"):
        yield refuse(match.at("prefix"), "an empty prefix matches everything; leave the match out")
    yield from check_regex(match)


def check_regex(match: View) -> Iterator[Fault]:
    """Check the regex of a match, if it is by regex."""
    if not match.has("regex"):
        return
    regex = match.text("regex")
    why = why_not_regex(regex) if regex else "the regex is empty; leave the match out"
    if why:
        yield refuse(match.at("regex"), why)
