"""A Namespace asks for the mesh with a word that nothing selects.

Labels are compared letter by letter: `istio-injection` is read as `enabled`, `istio.io/dataplane-mode` as `ambient`. With
any other word, `Enabled` or `true`, the pods get no sidecar, or stay out of ambient mode: what they send is plaintext, and
policies don't hold for them.

Fix: write the word in small letters.
"""

from collections.abc import Iterator

from meshctl.istio.labels import DATAPLANE_MODE, INJECTION
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.spelling import only_close
from meshctl.words import quoted

_MODES = {
    INJECTION: ("enabled", "no pod gets a sidecar by it"),
    DATAPLANE_MODE: ("ambient", "no pod is in ambient mode by it"),
}
_YES = frozenset({"true", "yes", "on", "enable", "enabled"})


@rule(on=Namespace, severity=Severity.WARNING, since="0.1.0", holds=(INJECTION, DATAPLANE_MODE))
def check(namespace: Namespace, _: Mesh) -> Iterator[Outcome]:
    """Report words that say yes, or nearly the right one."""
    for label, (right, effect) in _MODES.items():
        word = namespace.labels.get(label, right)
        small = word.strip().lower()
        if word != right and (small in _YES or right in {small, only_close(small, {right})}):
            place = namespace.at("metadata", "labels", label)
            yield Finding(
                place,
                f"{quoted(word)} isn't {quoted(right)}, the one word that is selected: {effect}",
            ).fixed_by(put(place, right), safe=small == right)
