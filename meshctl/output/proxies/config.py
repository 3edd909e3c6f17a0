"""Writes for people how an Envoy differs from what istiod has for it."""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.inspect.proxies.config_diff import SectionDiff

_NAMED = 20


def config_lines(parts: Iterable[SectionDiff] | None) -> Iterator[str]:
    """Walk the lines that tell people about the parts; None is for a proxy without Envoy."""
    if parts is None:
        yield "a ztunnel runs no Envoy whose configuration could be compared"
        return
    for part in parts:
        yield from _part_text(part)


def _part_text(part: SectionDiff) -> Iterator[str]:
    title = part.name.capitalize()
    if part.compared is None:
        yield f"{title}: not compared, one of the two dumps has none"
        return
    if part.matches:
        yield f"{title} match ({part.compared})"
        return
    count = len(part.only_istiod) + len(part.only_envoy) + len(part.differing)
    yield f"{title} differ ({count} of {part.compared})"
    for lines in part.differing.values():
        yield from lines
    yield from _alone("-", part.only_istiod, "istiod")
    yield from _alone("+", part.only_envoy, "Envoy")


def _alone(sign: str, names: Sequence[str], side: str) -> Iterator[str]:
    """Name what one side alone has; of very many the first, since JSON has them all."""
    for name in names[:_NAMED]:
        yield f"{sign} {name}: in {side} alone"
    if len(names) > _NAMED:
        yield f"{sign} and {len(names) - _NAMED} more in {side} alone (-o json names all)"
