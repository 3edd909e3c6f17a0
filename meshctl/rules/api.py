"""The interface of rules: how one is declared, and what it can report.

A rule is one file ``rules/<family>/<bad_pattern>.py`` with a docstring and one generator called
``check``. Its id, its family and its documentation come from the file; nothing else is edited.
"""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.resources.resource import Resource
from meshctl.resources.view import Ref

if TYPE_CHECKING:
    from meshctl.mesh import Mesh
    from meshctl.validation.faults import Fault


class Severity(StrEnum):
    """How sure and how bad: error differs from the text, warning probably does, info smells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Order severities: 2 for error, 1 for warning, 0 for info."""
        return 2 - list(Severity).index(self)


class Related(NamedTuple):
    """A second place that explains a finding."""

    ref: Ref
    message: str


class Edit(NamedTuple):
    """A change of one object that a program can make: what stands at a place afterwards."""

    ref: Ref
    action: str
    """``put`` sets a value or adds it with what is missing above, ``append`` adds an item to a
    list, ``rename`` gives a key another name, ``quote`` makes text of a number or a flag, ``delete``
    takes out a key or an item."""
    value: Any = None


def put(ref: Ref, value: Any) -> Edit:
    """Set a value, or add it with what is missing above it."""
    return Edit(ref, "put", value)


def append(ref: Ref, value: Any) -> Edit:
    """Add an item to the end of a list, which is made where it is missing."""
    return Edit(ref, "append", value)


def rename(ref: Ref, name: str) -> Edit:
    """Give the key at a place another name."""
    return Edit(ref, "rename", name)


def quote(ref: Ref) -> Edit:
    """Make text of a number or a flag, as it is written."""
    return Edit(ref, "quote")


def delete(ref: Ref) -> Edit:
    """Take out a key with its value, or an item of a list."""
    return Edit(ref, "delete")


class Finding(NamedTuple):
    """One result of a rule: where, what the mesh does with it, and the places that explain it.

    ``severity`` stays ``None`` unless this result deserves another one than its rule.
    ``fix`` is one imperative sentence for this very result, when the docs' general one is not
    the whole story.
    """

    ref: Ref
    message: str
    severity: Severity | None = None
    related: tuple[Related, ...] = ()
    fix: str | None = None
    edits: tuple[Edit, ...] = ()
    """What a program can do about it: afterwards the finding is gone."""
    is_safe: bool = True
    """Do the edits change nothing but what the finding is about, and only as its author meant?"""
    subject: str = ""
    """What it is about, where that is told once for the whole input, with the number of its places."""

    def fixed_by(self, *edits: Edit, safe: bool = True) -> "Finding":
        """Add the edits that mend it; ``safe`` ones are right whatever the author wanted."""
        return self._replace(edits=edits, is_safe=safe)

    def also(self, ref: Ref, message: str) -> "Finding":
        """Add a place that explains the finding: what somebody wrote, where the mesh made something of it."""
        written = ref.resource.origin(ref)
        return self._replace(related=(*self.related, Related(written, message)))


def finding_of(fault: "Fault", resource: Resource) -> Finding:
    """Report a fault that validation found, and write what was meant, where it can be told."""
    from meshctl.validation.faults import fix_of, named  # noqa: PLC0415 - few rules speak of faults

    place, meant = fault.at(resource), fault.meant
    finding = Finding(place, named(fault), fix=fix_of(fault, resource))
    if meant is None:
        return finding
    edit = rename(place, meant.what) if fault.key else put(place, meant.what)
    if meant.is_quoted:
        edit = quote(place)
    return finding.fixed_by(edit, safe=meant.is_sure)


class NotChecked(NamedTuple):
    """What a rule could not know from this input; reported once for each reason."""

    reason: str


Outcome = Finding | NotChecked
Check = Callable[[Any, "Mesh"], Iterator[Outcome]]


class Rule(NamedTuple):
    """A rule with everything ``meshctl rule`` tells of it."""

    id: str
    on: type[Resource] | None
    severity: Severity
    equivalents: tuple[str, ...]
    since: str
    docs: str
    check: Check | None
    optional: bool = False
    """Does it run only where somebody selects it?"""
    is_hazard: bool = False
    """Is it about what injection does to a pod, so that ``kube-inject --check`` asks it?"""
    renamed_from: tuple[str, ...] = ()
    """The ids it had before: they work wherever a rule is named, and a note says so."""
    preview: bool = False
    """May its findings and its id still change? Then it runs only where somebody selects it."""
    deprecated: str = ""
    """What to use instead, as a sentence, where it will be removed; naming it gives a note."""
    compares_copies: bool = False
    """Does it hold several declarations of one object against each other?"""
    cel: str = ""
    """The same in CEL over ``object``, true where nothing is wrong, of a rule that needs no other
    object; API servers run it (``meshctl webhook cel``)."""
    needs: tuple[str, ...] = ()
    """Words without any of which an input gives it nothing to say; empty where none is so sure."""
    holds: tuple[str, ...] = ()
    """Words without any of which an object gives it nothing to say, whatever else there is."""
    alone_but_for: tuple[str, ...] = ()
    """Kinds about which it asks the mesh, too, though it judges objects by themselves."""

    @property
    def judges_alone(self) -> bool:
        """Is it about an object or a text by itself, whatever else is in the mesh?"""
        return self.family in {"document", "schema"}

    @property
    def runs_when_named(self) -> bool:
        """Does it run only where its id or a code of it is selected?"""
        return self.optional or self.preview

    @property
    def family(self) -> str:
        """The folder: the kind of the object to edit."""
        return self.id.partition("/")[0]

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.docs.partition("\n")[0]

    @property
    def fix(self) -> str:
        """The general fix: what follows ``Fix:`` in the docstring, as one line."""
        _, _, text = self.docs.partition("Fix:")
        return re.sub(r"\s+", " ", text).strip()


def rule(  # noqa: PLR0913 - what a rule declares, each by its name
    *, on: type[Resource], severity: Severity, since: str, equivalents: tuple[str, ...] = (),
    optional: bool = False, hazard: bool = False, renamed_from: tuple[str, ...] = (),
    preview: bool = False, deprecated: str = "", compares_copies: bool = False, cel: str = "",
    needs: tuple[str, ...] = (), holds: tuple[str, ...] = (),
    alone_but_for: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:  # fmt: skip
    """Make a rule of a generator ``check(resource, mesh)`` that is called for every ``on``.

    An ``optional`` rule would be noise in most meshes; it runs only where somebody selects it. A
    ``hazard`` of injection is what ``kube-inject --check`` looks for. A rule begins its life in
    ``preview`` where its findings are not proven yet, keeps its old ids in ``renamed_from``, and
    says in ``deprecated`` what takes its place before it goes. One that ``compares_copies`` is about
    several declarations of one object, which are alternatives to all other rules. ``cel`` says the same
    of one object alone, for API servers.

    A rule that ``needs`` words is not even imported for an input that has none of them: a word is a
    key or a kind anywhere in it, or ``route[1]`` for a list of several items, or for several objects
    of a kind. One that ``holds`` words is asked only about objects that have one of them themselves.
    What it says of kinds in ``alone_but_for`` may change with other objects, whatever its family.
    """

    def decorate(check: Check) -> Rule:
        module = check.__module__
        docs = check.__globals__.get("__doc__") or ""
        return Rule(
            rule_id(module), on, severity, equivalents, since, docs.strip(), check, optional, hazard,
            renamed_from, preview, deprecated, compares_copies, cel, needs, holds, alone_but_for,
        )  # fmt: skip

    return decorate


def source_rule(
    module: str, docs: str | None, *, severity: Severity, since: str,
    equivalents: tuple[str, ...] = (),
) -> Rule:  # fmt: skip
    """Document a finding that is made while sources are read, before there is any resource."""
    return Rule(rule_id(module), None, severity, equivalents, since, (docs or "").strip(), None)


def rule_id(module: str) -> str:
    """Derive ``gateway/port-protocol-conflict`` from the name of its module."""
    family, name = module.rsplit(".", 2)[-2:]
    return f"{family}/{name}".replace("_", "-")
