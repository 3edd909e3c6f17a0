"""Finds the rules, and those that an input needs.

A rule is a module below ``meshctl/rules/<family>/``; there is no list. Only the families of the
kinds in the input are imported.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

import meshctl.rules
from meshctl.engine.needs import Words, may_find
from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import Resource
from meshctl.resources.kinds import views_of
from meshctl.rules.api import Rule
from meshctl.settings import Settings
from meshctl.timing import phase
from meshctl.words import quoted

_ROOT = Path(meshctl.rules.__file__).parent
_WORD = lazy_pattern(r"[a-z][a-z0-9_]*")
_ID = lazy_pattern(r"[a-z0-9-]+/[a-z0-9-]+")
_ALWAYS = frozenset({"document", "schema"})
_LONGEST_NAME = 200
"""Characters of a pattern for ids; what Python makes of brackets takes time by their square."""


def families() -> list[str]:
    """Name every family that has rules, sorted."""
    return sorted(
        entry.name for entry in _ROOT.iterdir() if entry.is_dir() and entry.name[0].isalpha()
    )


def rule_ids() -> list[str]:
    """Name every rule, sorted; none is imported for it."""
    return sorted(_id(family, name) for family in families() for name in _names(family))


def _id(family: str, name: str) -> str:
    return f"{family}/{name}".replace("_", "-")


@cache
def _names(family: str) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (_ROOT / family).glob("[a-z]*.py")))


@cache
def _load(family: str, name: str) -> Rule:
    rule: Rule = import_module(f"meshctl.rules.{family}.{name}").check
    return rule


@cache
def load_family(family: str) -> tuple[Rule, ...]:
    """Import the rules of one family, sorted by id."""
    return tuple(_load(family, name) for name in _names(family))


def load_changes() -> tuple[Rule, ...]:
    """Import what ``upgrade`` reports of changes between releases, as rules, in their order."""
    from meshctl.upgrades.catalog import all_entries  # noqa: PLC0415 - no other command asks them

    return tuple(entry.rule for entry in all_entries())


def load_all() -> tuple[Rule, ...]:
    """Import every rule, sorted by id."""
    rules = (rule for family in families() for rule in load_family(family))
    return tuple(sorted(rules, key=lambda rule: rule.id))


@phase("loading rules")
def load_for(
    resources: Iterable[Resource], words: Words | None = None, select: Iterable[str] = ()
) -> tuple[Rule, ...]:
    """Import the rules for the kinds of these resources, and those for documents.

    Left out are those that can't find anything in an input with these ``words``, and, as far as
    their names tell, those that nobody selects.
    """
    kinds = {type(resource) for resource in resources}
    present = {family_of(view) for kind in kinds for view in views_of(kind)}
    present |= {_snake_case(made) for kind in kinds for made in kind.made_kinds}
    return tuple(
        _load(family, name)
        for family, name in _may_run(frozenset(present), tuple(select))
        if may_find(_id(family, name), words)
    )


@lru_cache(maxsize=64)
def _may_run(present: frozenset[str], select: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name the rules of some families, and of those for documents, that somebody may select."""
    names = RuleNames(select)
    return tuple(
        (family, name)
        for family in families()
        if family in present | _ALWAYS
        for name in _names(family)
        if names.may_choose(_id(family, name))
    )


def load_text_rules(problems: Iterable[str]) -> Iterator[Rule]:
    """Import the rules that document these problems of texts."""
    known = _names("document")
    for name in sorted({problem.replace("-", "_") for problem in problems}):
        if name in known:
            yield _load("document", name)


def family_of(view: type[Resource]) -> str:
    """Name the family of a kind: ``VirtualService`` has ``virtual_service``."""
    return _snake_case(view.__name__)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@cache
def _ids_by_old_id() -> dict[str, str]:
    return {old: rule.id for rule in load_all() for old in rule.renamed_from}


@cache
def current_id(name: str) -> str:
    """Give the id that a rule has now for one that it had before; other names stay as they are.

    Imports every rule for an id that no file has.
    """
    if not _ID.fullmatch(name) or _has_file(name):
        return name
    return _ids_by_old_id().get(name, name)


def old_ids(rule_id: str) -> tuple[str, ...]:
    """List the ids that a rule had before."""
    rules = load_family(rule_id.partition("/")[0].replace("-", "_"))
    return next((rule.renamed_from for rule in rules if rule.id == rule_id), ())


class RuleNames:
    """Names of rules as users write them: an id, a family, a glob, or an IST or KIA code.

    An id that a rule had before stands for the one that it has now.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(current_id(name.strip()) for name in names if name.strip())

    def __bool__(self) -> bool:
        return bool(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def include(self, rule: Rule) -> bool:
        """Is this rule among the names?"""
        return self.match(rule.id, rule.equivalents)

    def choose(self, rule: Rule) -> bool:
        """Does a rule run when these are the selected names? No names select every rule.

        An optional rule, or one in preview, has to be named itself; its family or ``*`` is not
        enough.
        """
        if rule.runs_when_named:
            return any(name == rule.id or name.upper() in rule.equivalents for name in self)
        return not self or self.include(rule)

    def may_choose(self, rule_id: str) -> bool:
        """May a rule run when these are the selected names? A code may stand for any rule."""
        return not self or self.match(rule_id, ()) or not all(map(_has_file, self))

    def match(self, rule_id: str, equivalents: Iterable[str]) -> bool:
        """Is a rule with this id and these codes among the names?"""
        known = {code.upper() for code in equivalents}
        return any(
            name in {"*", "all"}
            or name.upper() in known
            or (len(name) <= _LONGEST_NAME and fnmatchcase(rule_id, name))
            or rule_id.partition("/")[0] == name.rstrip("/")
            for name in self._names
        )


def chosen(rules: Iterable[Rule], settings: Settings) -> list[Rule]:
    """Choose the rules that the settings ask for."""
    select, ignore = RuleNames(settings.select), RuleNames(settings.ignore)
    found = (rule for rule in rules if select.choose(rule) and not ignore.include(rule))
    if settings.injection is None:
        return list(found)
    # Texts that cannot be read stay findings: what they hold was not looked at.
    return [rule for rule in found if rule.is_hazard or rule.check is None]


def comparing(rules: Iterable[Rule], settings: Settings) -> list[Rule]:
    """Choose the rules that compare clusters; they run wherever several are told apart."""
    select, ignore = RuleNames(settings.select), RuleNames(settings.ignore)
    return [
        rule
        for rule in rules
        if rule.compares_copies
        and (not select or select.include(rule))
        and not ignore.include(rule)
    ]


def check_names(names: RuleNames) -> None:
    """Refuse a name that stands for no rule, with the closest one that exists.

    Imports every rule for a name that is neither a family nor an id.
    """
    unsure = [name for name in names if not _has_file(name)]
    rules = load_all() if unsure else ()
    if any(name.startswith("upgrade") for name in unsure):
        rules += load_changes()
    for name in unsure:
        if not any(RuleNames([name]).include(rule) for rule in rules):
            raise UsageError(f"there is no rule {quoted(name)}{suggest(name, rules)}")


@cache
def _has_file(name: str) -> bool:
    family, slash, rule = name.replace("-", "_").rstrip("/").partition("/")
    if not _WORD.fullmatch(family + rule):
        return False
    folder = _ROOT / family
    return (folder / f"{rule}.py").is_file() if slash else folder.is_dir()


def suggest(name: str, rules: Iterable[Rule]) -> str:
    """Phrase the closest known names, or the way to list them."""
    known = {code for rule in rules for code in (rule.id, rule.family, *rule.equivalents)}
    tails = {rule.id.partition("/")[2]: rule.id for rule in rules}
    close = get_close_matches(name, [*known, *tails], n=1, cutoff=0.65)
    if close:
        return f"; did you mean {quoted(tails.get(close[0], close[0]))}?"
    return "; `meshctl rule` lists them all"
