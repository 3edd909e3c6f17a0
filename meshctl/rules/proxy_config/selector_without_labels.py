"""A ProxyConfig has a selector without labels.

Such a ProxyConfig is not for the whole namespace: it is for nobody, and changes no proxy.

Fix: remove `selector` for the whole namespace, or write labels into `selector.matchLabels`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ProxyConfig
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=ProxyConfig, severity=Severity.WARNING, since="0.1.0", holds=("selector",))
def check(config: ProxyConfig, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors that ask for no label."""
    if config.is_for_nobody:
        place = config.spec.key("selector")
        text = "a selector without labels picks no workload, nor the namespace: this ProxyConfig changes no proxy"
        yield Finding(place, text).fixed_by(delete(place), safe=False)
