"""Finds the cluster that is meant, as kubectl does: by the kubeconfig, or in the pod.

The only module that imports the ``kubernetes`` package, for what it knows of kubeconfigs and of
logging in; it costs half a second, so that it is imported when there is something to read.
"""

import base64
import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies_environment

from meshctl.cluster.api import Access, Cluster, ClusterError, ForbiddenError, NotFoundError
from meshctl.cluster.exec_plugin import run_plugin
from meshctl.cluster.extra import expect_packages
from meshctl.cluster.http.client import Identity
from meshctl.cluster.http.connection import (
    ApiServerAddress,
    nameless_file,
    sendable,
    tls_context,
)
from meshctl.cluster.http.event_loop import bounded
from meshctl.cluster.http.kubernetes_cluster import KubernetesCluster
from meshctl.cluster.kubeconfig_files import read_kubeconfig, read_token
from meshctl.masking.tokens import masked
from meshctl.words import one_line, quoted, without_password

if TYPE_CHECKING:
    from kubernetes.config.kube_config import KubeConfigMerger

_DEFAULT = "~/.kube/config"
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_IN_CLUSTER = "in-cluster"
_REMOVED = ("azure", "gcp", "openstack")
_PARTS = ("clusters", "contexts", "users")
_LONGEST_REASON = 300
_UNSENDABLE = (
    "the token or password to log in with holds characters that no header may have; log in again"
)

Section = Mapping[str, Any]


def connect_to(access: Access) -> Cluster:
    """Reach the cluster that is meant; raises ``ClusterError`` where there is none.

    Whether it answers is found out here, so that it is said once and not for every kind.
    """
    expect_packages()
    if access.groups and not access.user:
        raise ClusterError("a group is impersonated by a user; add --as USER to --as-group")
    files = _kubeconfigs(access)
    server = _of_kubeconfig(access, files) if files else _of_this_pod(access)
    try:
        server.request("GET", "/version")
    except ForbiddenError:
        pass  # it is there, and knows us
    except NotFoundError as error:
        raise ClusterError(
            f"the server of context {server.name} has no /version, so it is no API server; "
            "check its address in the kubeconfig"
        ) from error
    return server


def _kubeconfigs(access: Access) -> list[str]:
    """Find the files that kubectl would merge, in its order."""
    if access.kubeconfig:
        if not Path(access.kubeconfig).expanduser().is_file():
            raise ClusterError(f"there is no kubeconfig {access.kubeconfig}; check --kubeconfig")
        return [access.kubeconfig]
    named = os.environ.get("KUBECONFIG") or _DEFAULT
    return [path for path in named.split(os.pathsep) if path and Path(path).expanduser().is_file()]


# A kubeconfig


def _of_kubeconfig(access: Access, files: list[str]) -> KubernetesCluster:
    from kubernetes.client import Configuration

    where = " and ".join(files)
    with _explained(where, access.timeout):
        merger = _merged(files)
        context = _context(access.context or _current(merger.config_files), merger, where)
        loader = _loader(merger, context, access.timeout)
        configuration = Configuration()

    def log_in() -> str:
        with _explained(where, access.timeout):
            bounded(lambda: loader.load_and_set(configuration), 2 * access.timeout)
        return _authorization(loader)

    authorization = log_in()
    with _explained(where, access.timeout):
        namespace = str(loader.current_context["context"].get("namespace") or "default")
        url = _url(str(loader.cluster.get("server") or ""), context)
        tls = loader.tls_context() if url.scheme == "https" else None
        proxy = str(loader.cluster.get("proxy-url") or "") or _proxy_of_environment(url)
        endpoint = ApiServerAddress(url, tls, proxy)
    identity = Identity(context, namespace, authorization or _user_of(url), log_in)
    return KubernetesCluster(endpoint, identity, access)


@contextmanager
def _explained(where: str, timeout: float) -> Iterator[None]:
    """Turn what is wrong with a kubeconfig into a sentence; the package fails in many ways."""
    try:
        yield
    except ClusterError:
        raise
    except TimeoutError as error:
        raise ClusterError(
            f"logging in as the kubeconfig {where} says took longer than {2 * timeout:g} s; "
            "log in with kubectl first, or raise --timeout"
        ) from error
    except (TypeError, AttributeError, LookupError) as error:
        raise ClusterError(
            f"the kubeconfig {where} is not written as one; repair it, or name another with "
            "--kubeconfig FILE"
        ) from error
    except Exception as error:
        reason = masked(one_line(str(error)[:_LONGEST_REASON])) or type(error).__name__
        raise ClusterError(f"the kubeconfig {where} cannot be used: {reason}; repair it") from error


def context_names(access: Access) -> list[str]:
    """Name the contexts of the kubeconfig; raises ClusterError where there is none."""
    files = _kubeconfigs(access)
    if not files:
        raise ClusterError("there is no kubeconfig with contexts; name one with --kubeconfig")
    where = " and ".join(files)
    with _explained(where, access.timeout):
        merger = _merged(files)
        return [str(context["name"]) for context in merger.config.value["contexts"]]


def _merged(files: Sequence[str]) -> "KubeConfigMerger":
    from kubernetes.config.kube_config import ConfigNode, KubeConfigMerger

    class Merger(KubeConfigMerger):
        """The package's own, but for reading files, and for the names of parts.

        It reads whatever there is of whatever size, and names a part by all that it holds, keys too.
        """

        def load_config(self, path: str) -> None:
            content = read_kubeconfig(path)
            if self.config_merged is None:
                self.config_merged = ConfigNode(path, {part: [] for part in _PARTS}, path)
            for part in _PARTS:
                self._merge(part, content.get(part) or [], path)
            self.config_files[path] = content

        def _merge(self, item: str, add_cfg: list[Any], path: str) -> None:
            merged = cast("Any", self.config_merged).value[item]
            known = {each["name"] for each in merged}
            for part in add_cfg:
                if part["name"] not in known:
                    known.add(part["name"])
                    merged.append(ConfigNode(f"{path}/{item}", part, path))

    return Merger(os.pathsep.join(files))


def _context(name: str, merger: "KubeConfigMerger", where: str) -> str:
    """Check that there is such a context."""
    names = [str(context["name"]) for context in merger.config.value["contexts"]]
    if name not in names:
        raise ClusterError(
            f"there is no {f'context {name}' if name else 'current context'} in {where}; "
            f"choose one with --context: {', '.join(names) or 'there is none'}"
        )
    return name


def _current(files: Mapping[str, Any]) -> str:
    """The first file that names a current context decides, as for kubectl."""
    found = (str(content.get("current-context") or "") for content in files.values())
    return next(filter(None, found), "")


def _loader(merger: "KubeConfigMerger", context: str, timeout: float) -> Any:
    """Make what logs in; the package's own does it in ways that can't be had.

    It runs plugins without a time limit, hides their errors, is silent about the providers that
    kubectl 1.26 removed, reads tokens from devices, and writes keys to files, which stay where a
    signal ends the process.
    """
    return _loader_class(context, timeout)(
        merger.config,
        active_context=context,
        config_base_path=None,
        config_persister=merger.save_changes,
    )


def _loader_class(context: str, timeout: float) -> Any:
    from kubernetes.config.kube_config import KubeConfigLoader

    class Loader(KubeConfigLoader):
        """The package's own, but for ways to log in, and for keys."""

        _pair: tuple[bytes, bytes] | None = None

        @property
        def cluster(self) -> Section:
            """What the kubeconfig says of the cluster."""
            return cast("Section", cast("Any", self._cluster).value)

        def tls_context(self) -> ssl.SSLContext:
            """Trust whom the kubeconfig trusts, and show the certificate of its user."""
            return _tls(self._cluster, self._user, self._pair)

        def _load_cluster_info(self) -> None:
            """Do nothing: the package's own leaves keys in files."""

        def _load_from_exec_plugin(self) -> bool:
            user: Any = self._user
            if not (plugin := user.value.get("exec")):
                return False
            status = run_plugin(plugin, self.cluster, self._get_base_path(user.path), timeout)
            self.token = _bearer(status.get("token"))
            self._pair = _pair_of(status)
            return True

        def _load_user_token(self) -> bool:
            user: Any = self._user
            self.token = _bearer(_token_of(user.value, self._get_base_path(user.path)))
            return bool(self.token)

        def _load_auth_provider_token(self) -> Any:
            _expect_login(cast("Any", self._user).value, context)
            return super()._load_auth_provider_token()

    return Loader


def _bearer(token: Any) -> str:
    return f"Bearer {token}" if token else ""


def _token_of(user: Section, folder: str) -> Any:
    """Take the token of a user; a file counts where the kubeconfig has none itself."""
    token, file = user.get("token"), user.get("tokenFile")
    return read_token(Path(folder, file)) if file and not token else token


def _pair_of(status: Section) -> tuple[bytes, bytes] | None:
    """Take the certificate and the key that a plugin gave, if it gave any."""
    if not status.get("clientCertificateData"):
        return None
    certificate, key = status["clientCertificateData"], status.get("clientKeyData") or ""
    return str(certificate).encode(), str(key).encode()


def _tls(cluster: Any, user: Any, pair: tuple[bytes, bytes] | None) -> ssl.SSLContext:
    """Make TLS of what a kubeconfig says, and of a certificate and key that a plugin gave."""
    with ExitStack() as files:
        if pair is None:
            certificate = _file_of(files, user, "client-certificate")
            key = _file_of(files, user, "client-key")
        else:
            certificate, key = (files.enter_context(nameless_file(part)) for part in pair)
        return tls_context(
            _file_of(files, cluster, "certificate-authority"),
            certificate,
            key,
            is_verified=not cluster.value.get("insecure-skip-tls-verify"),
            server_name=str(cluster.value.get("tls-server-name") or ""),
        )


def _file_of(files: ExitStack, section: Any, name: str) -> str | None:
    """Name a file with what a section of a kubeconfig holds itself, or names a file for."""
    if not section:
        return None
    if written := section.value.get(f"{name}-data"):
        return files.enter_context(nameless_file(base64.b64decode(written)))
    named = section.value.get(name)
    if not named:
        return None
    path = Path(section.path or "").absolute().parent / named
    if not path.is_file():
        raise ClusterError(f"{name} of the kubeconfig is {path}, which is no file; repair it")
    return str(path)


def _expect_login(user: Mapping[str, Any], context: str) -> None:
    provider = (user.get("auth-provider") or {}).get("name")
    if provider in _REMOVED:
        raise ClusterError(
            f"context {context} logs in with the auth-provider {provider}, which kubectl 1.26 "
            "removed; write its kubeconfig anew, for a credential plugin"
        )


# A pod


def _of_this_pod(access: Access) -> KubernetesCluster:
    if not os.environ.get("KUBERNETES_SERVICE_HOST") or not (_ACCOUNT / "token").is_file():
        named = os.environ.get("KUBECONFIG")
        raise ClusterError(
            f"no cluster: there is no kubeconfig {named or _DEFAULT}, and this is no pod of a "
            "cluster; name a kubeconfig with --kubeconfig FILE"
        )
    from kubernetes.client import Configuration
    from kubernetes.config.config_exception import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    configuration = Configuration()
    authority = _ACCOUNT / "ca.crt"

    def log_in() -> str:
        files = str(_ACCOUNT / "token"), str(authority)
        loader = InClusterConfigLoader(*files, try_refresh_token=False)
        try:
            loader.load_and_set(configuration)
        except (ConfigException, OSError) as error:
            raise ClusterError(
                f"the service account of this pod cannot be used: {error}; "
                "name a kubeconfig with --kubeconfig FILE"
            ) from error
        return _authorization(loader)

    authorization = log_in()
    try:
        namespace = (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        namespace = ""
    identity = Identity(_IN_CLUSTER, namespace or "default", authorization, log_in)
    url = _url(configuration.host, _IN_CLUSTER)
    tls = tls_context(str(authority), None, None, is_verified=True)
    return KubernetesCluster(
        ApiServerAddress(url, tls, _proxy_of_environment(url)), identity, access
    )


# Both


def _authorization(loader: object) -> str:
    """The header that a loader ended up with, without the line break of a token's file."""
    authorization = " ".join(str(vars(loader).get("token") or "").split())
    return sendable(authorization, _UNSENDABLE)


def _url(address: str, context: str) -> SplitResult:
    try:
        url = urlsplit(address)
        is_address = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ClusterError(
            f"the server of context {context} is {quoted(without_password(address))}, which is no "
            "https:// address; repair its kubeconfig, or choose another --context"
        )
    return url


def _user_of(url: SplitResult) -> str:
    """The header that Go's client makes of a user in the address, where nothing else logs in."""
    if url.username is None:
        return ""
    user = f"{unquote(url.username)}:{unquote(url.password or '')}"
    return f"Basic {base64.b64encode(user.encode()).decode()}"


def _proxy_of_environment(url: SplitResult) -> str:
    """The proxy that Go's ``http.ProxyFromEnvironment`` finds: never one to this machine."""
    from kubernetes.client.rest import should_bypass_proxies

    proxies = getproxies_environment()
    host = url.hostname or ""
    is_here = host == "localhost" or host.startswith("127.") or host == "::1"
    if is_here or should_bypass_proxies(url.geturl(), proxies.get("no", "")):
        return ""
    return proxies.get(url.scheme, "")
