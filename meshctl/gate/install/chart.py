"""Writes the same objects as a Helm chart, with values where something can be chosen."""

import re
from collections.abc import Iterable

from meshctl import __version__
from meshctl.gate.install.access import access
from meshctl.gate.install.configuration import configuration
from meshctl.gate.install.manifests import certificates
from meshctl.gate.install.options import NAME, Install, Object
from meshctl.gate.install.workload import workload
from meshctl.yaml.emitter import dumps

_VALUES = Install(
    namespace="{{ .Release.Namespace }}", mode="{{ .Values.mode }}", image="{{ .Values.image }}",
    replicas="{{ .Values.replicas }}", failure_policy="{{ .Values.failurePolicy }}",
    root_namespace="{{ .Values.rootNamespace }}",
)  # fmt: skip
_NUMBER = re.compile(r"""['"](\{\{ \.Values\.replicas \}\})['"]""")


def chart_files(install: Install) -> dict[str, str]:
    """Make the files of the chart by their paths; ``install`` gives the values that it has."""
    with_files, made_here = _VALUES._replace(cert_manager=True), _VALUES
    return {
        "Chart.yaml": dumps(
            {"apiVersion": "v2", "name": f"{NAME}-webhook", "version": __version__,
             "appVersion": __version__, "type": "application",
             "description": "The admission webhook of meshctl, which knows the whole mesh."}
        ),
        "values.yaml": dumps(
            {"mode": install.mode, "image": install.image, "replicas": install.replicas,
             "failurePolicy": install.failure_policy, "rootNamespace": install.root_namespace,
             "certManager": install.cert_manager, "serviceMonitor": install.service_monitor,
             "readSecrets": install.reads_secrets}
        ),
        "templates/access.yaml": _either(
            _both(access(with_files), access(with_files._replace(reads_secrets=True))),
            _both(access(made_here), access(made_here._replace(reads_secrets=True))),
        ),
        "templates/certificates.yaml": _if("certManager", _text(certificates(with_files))),
        "templates/workload.yaml": _either(_monitored(with_files), _monitored(made_here)),
        "templates/configuration.yaml": _either(
            _text([configuration(with_files)]), _text([configuration(made_here)])
        ),
    }  # fmt: skip


def _either(with_cert_manager: str, made_here: str) -> str:
    return (
        f"{{{{- if .Values.certManager }}}}\n{with_cert_manager}"
        f"{{{{- else }}}}\n{made_here}{{{{- end }}}}\n"
    )


def _both(without: Iterable[Object], with_secrets: Iterable[Object]) -> str:
    return (
        f"{{{{- if .Values.readSecrets }}}}\n{_text(with_secrets)}"
        f"{{{{- else }}}}\n{_text(without)}{{{{- end }}}}\n"
    )


def _monitored(install: Install) -> str:
    *others, monitor = workload(install)
    return _text(others) + _if("serviceMonitor", _text([monitor]))


def _if(value: str, text: str) -> str:
    return f"{{{{- if .Values.{value} }}}}\n{text}{{{{- end }}}}\n"


def _text(objects: Iterable[Object]) -> str:
    """Write objects, each begun by its own line; a value that is a number has no quotes."""
    text = "".join(f"---\n{dumps(one)}" for one in objects)
    return _NUMBER.sub(r"\1", text)
