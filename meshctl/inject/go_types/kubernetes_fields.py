"""The order in which Go writes fields, and those it writes always or never when empty.

Struct tags of k8s.io/api 1.35 (core/v1, apps/v1, batch/v1, meta/v1).
"""

from typing import Any

_PROBE_ACTIONS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
ORDER: dict[str, tuple[str, ...]] = {
    "Container": (
        "name", "image", "command", "args", "workingDir", "ports", "envFrom", "env", "resources",
        "resizePolicy", "restartPolicy", "restartPolicyRules", "volumeMounts", "volumeDevices",
        "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "terminationMessagePath",
        "terminationMessagePolicy", "imagePullPolicy", "securityContext", "stdin", "stdinOnce",
        "tty",
    ),
    "ContainerPort": ("name", "hostPort", "containerPort", "protocol", "hostIP"),
    "EnvVar": ("name", "value", "valueFrom"),
    "EnvVarSource": ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"),
    "ObjectFieldSelector": ("apiVersion", "fieldPath"),
    "ResourceFieldSelector": ("containerName", "resource", "divisor"),
    "ConfigMapKeySelector": ("name", "key", "optional"),
    "SecretKeySelector": ("name", "key", "optional"),
    "EnvFromSource": ("prefix", "configMapRef", "secretRef"),
    "ResourceRequirements": ("limits", "requests", "claims"),
    "VolumeMount": (
        "name", "readOnly", "recursiveReadOnly", "mountPath", "subPath", "mountPropagation",
        "subPathExpr",
    ),
    "VolumeDevice": ("name", "devicePath"),
    "Probe": (
        *_PROBE_ACTIONS, "initialDelaySeconds", "timeoutSeconds", "periodSeconds",
        "successThreshold", "failureThreshold", "terminationGracePeriodSeconds",
    ),
    "HTTPGetAction": ("path", "port", "host", "scheme", "httpHeaders"),
    "HTTPHeader": ("name", "value"),
    "TCPSocketAction": ("port", "host"),
    "GRPCAction": ("port", "service"),
    "Lifecycle": ("postStart", "preStop", "stopSignal"),
    "LifecycleHandler": _PROBE_ACTIONS,
    "SecurityContext": (
        "capabilities", "privileged", "seLinuxOptions", "windowsOptions", "runAsUser",
        "runAsGroup", "runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation",
        "procMount", "seccompProfile", "appArmorProfile",
    ),
    "Capabilities": ("add", "drop"),
    "SELinuxOptions": ("user", "role", "type", "level"),
    "SeccompProfile": ("type", "localhostProfile"),
    "AppArmorProfile": ("type", "localhostProfile"),
}  # fmt: skip
"""Fields as the struct declares them, of the types that end up as JSON in annotations and env."""

_OBJECT: dict[str, Any] = {"metadata": {}, "spec": {}}
_PATH = {"path": ""}
ALWAYS: dict[str, dict[str, Any]] = {
    "Container": {"name": "", "resources": {}},
    "EphemeralContainer": {"name": "", "resources": {}},
    "ContainerPort": {"containerPort": 0},
    "ContainerResizePolicy": {"resourceName": "", "restartPolicy": ""},
    "EnvVar": {"name": ""},
    "VolumeMount": {"name": "", "mountPath": ""},
    "VolumeDevice": {"name": "", "devicePath": ""},
    "Volume": {"name": ""},
    "HTTPGetAction": {"port": 0},
    "TCPSocketAction": {"port": 0},
    "GRPCAction": {"port": 0, "service": None},
    "HTTPHeader": {"name": "", "value": ""},
    "SleepAction": {"seconds": 0},
    "SecretKeySelector": {"key": ""},
    "ConfigMapKeySelector": {"key": ""},
    "ObjectFieldSelector": {"fieldPath": ""},
    "ResourceFieldSelector": {"resource": "", "divisor": "0"},
    "KeyToPath": {"key": "", "path": ""},
    "DownwardAPIVolumeFile": _PATH,
    "ServiceAccountTokenProjection": _PATH,
    "ClusterTrustBundleProjection": _PATH,
    "HostPathVolumeSource": _PATH,
    "NFSVolumeSource": {"server": "", "path": ""},
    "CSIVolumeSource": {"driver": ""},
    "PersistentVolumeClaimVolumeSource": {"claimName": ""},
    "ProjectedVolumeSource": {"sources": None},
    "SeccompProfile": {"type": ""},
    "AppArmorProfile": {"type": ""},
    "Sysctl": {"name": "", "value": ""},
    "HostAlias": {"ip": ""},
    "PodOS": {"name": ""},
    "PodReadinessGate": {"conditionType": ""},
    "PodResourceClaim": {"name": ""},
    "PodSchedulingGate": {"name": ""},
    "OwnerReference": {"apiVersion": "", "kind": "", "name": "", "uid": ""},
    "LabelSelectorRequirement": {"key": "", "operator": ""},
    "NodeSelectorRequirement": {"key": "", "operator": ""},
    "NodeSelector": {"nodeSelectorTerms": None},
    "PreferredSchedulingTerm": {"weight": 0, "preference": {}},
    "PodAffinityTerm": {"topologyKey": ""},
    "WeightedPodAffinityTerm": {"weight": 0, "podAffinityTerm": {}},
    "TopologySpreadConstraint": {"maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": ""},
    "PodSpec": {"containers": None},
    "PodTemplateSpec": _OBJECT,
    "PersistentVolumeClaimTemplate": {"spec": {}},
    "PersistentVolumeClaimSpec": {"resources": {}},
    "PersistentVolumeClaim": {**_OBJECT, "status": {}},
    "Pod": {**_OBJECT, "status": {}},
    "Deployment": {**_OBJECT, "status": {}},
    "DeploymentSpec": {"selector": None, "template": {}, "strategy": {}},
    "StatefulSet": {**_OBJECT, "status": {"replicas": 0, "availableReplicas": 0}},
    "StatefulSetSpec": {"selector": None, "template": {}, "updateStrategy": {}},
    "DaemonSet": {
        **_OBJECT,
        "status": {
            "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0,
            "numberReady": 0,
        },
    },
    "DaemonSetSpec": {"selector": None, "template": {}, "updateStrategy": {}},
    "ReplicaSet": {**_OBJECT, "status": {"replicas": 0}},
    "ReplicaSetSpec": {"selector": None, "template": {}},
    "ReplicationController": {**_OBJECT, "status": {"replicas": 0}},
    "Job": {**_OBJECT, "status": {}},
    "JobSpec": {"template": {}},
    "CronJob": {**_OBJECT, "status": {}},
    "CronJobSpec": {"schedule": "", "jobTemplate": {}},
    "JobTemplateSpec": _OBJECT,
    "Rollout": {"metadata": {}},
    "DeploymentConfig": {
        **_OBJECT,
        "status": {
            "availableReplicas": 0, "latestVersion": 0, "observedGeneration": 0, "replicas": 0,
            "unavailableReplicas": 0, "updatedReplicas": 0,
        },
    },
    "DeploymentConfigSpec": {"replicas": 0, "strategy": {}, "test": False, "triggers": None},
    "DeploymentConfigStrategy": {"resources": {}},
}  # fmt: skip
"""Fields without ``omitempty``, or structs that it doesn't leave out, with their empty value."""

DROPPED_AT_ZERO = frozenset({
    "hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "paused", "readOnly",
    "chapAuthDiscovery", "chapAuthSession", "sslEnabled", "initialDelaySeconds",
    "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold", "hostPort",
    "minReadySeconds", "generation",
})  # fmt: skip
"""Numbers and flags that are no pointers, so that 0 and false count as not given."""

POINTERS = frozenset({("CSIVolumeSource", "readOnly"), ("AzureDiskVolumeSource", "readOnly")})
"""Fields of those names that are pointers nevertheless."""
