"""Says where a rule is named by an id that it has no longer, or is deprecated."""

from collections.abc import Iterable, Iterator

from meshctl.engine.registry import current_id, load_family
from meshctl.rules.api import Rule


def notes(named: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Give one sentence for each place and id that somebody should write anew, in order.

    ``named`` holds places in words (``a.yaml:3``, ``--select``), each with a name written there.
    """
    return tuple(dict.fromkeys(note for where, name in named for note in _notes(where, name)))


def _notes(where: str, name: str) -> Iterator[str]:
    new = current_id(name)
    if new != name:
        yield f"{where}: the rule {name} is called {new} now; the old id still works"
    for rule in _named(new):
        if rule.deprecated:
            yield f"{where}: the rule {new} is deprecated: {rule.deprecated}"


def _named(name: str) -> Iterator[Rule]:
    family, slash, _ = name.partition("/")
    if slash and family.replace("-", "_").isidentifier():
        yield from (rule for rule in load_family(family.replace("-", "_")) if rule.id == name)
