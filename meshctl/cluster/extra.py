"""Tells what to install where the packages that ask a cluster are missing."""

from importlib.util import find_spec

from meshctl.cluster.api import ClusterError
from meshctl.distribution import with_extra

_PACKAGES = ("kubernetes", "httpx", "wsproto")


def expect_packages() -> None:
    """Raise ``ClusterError`` where meshctl was installed without its extra ``cluster``."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise ClusterError(
            f"asking a live mesh needs packages that are not installed ({', '.join(missing)}); "
            f"{with_extra('cluster')}"
        )
