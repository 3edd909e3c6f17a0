"""How long does it take to inject sidecars? Writes its own manifests, and runs meshctl on them."""

import sys
import tempfile
from pathlib import Path

from cost import cost

WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{number}
  namespace: team-{team}
  labels:
    app: app-{number}
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app-{number}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  template:
    metadata:
      labels:
        app: app-{number}
        version: v1
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9102"
    spec:
      serviceAccountName: app-{number}
      terminationGracePeriodSeconds: 30
      # the application itself
      containers:
        - name: app
          image: registry.example.com/team-{team}/app-{number}:1.2.3
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9102
          env:
            - name: LOG_LEVEL
              value: info
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: app-{number}-database
                  key: url
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              cpu: "1"
              memory: 512Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            initialDelaySeconds: 5
            periodSeconds: 10
          livenessProbe:
            httpGet:
              path: /live
              port: http
            periodSeconds: 20
          volumeMounts:
            - name: config
              mountPath: /etc/app
              readOnly: true
            - name: scratch
              mountPath: /tmp
      volumes:
        - name: config
          configMap:
            name: app-{number}
        - name: scratch
          emptyDir: {{}}
"""
SMALL = 7
"""Workloads of a file such as Istio's bookinfo."""


def measure(large: int, rounds: int) -> list[tuple[str, int, float]]:
    """Seconds of the whole process by style and number of workloads; the least of the rounds."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "workloads.yaml")
        found: list[tuple[str, int, float]] = []
        for count in (SMALL, large):
            texts = (WORKLOAD.format(number=number, team=number % 20) for number in range(count))
            file.write_text("---\n".join(texts), encoding="utf-8")
            for style in ("preserve", "istioctl"):
                seconds = min(_run(file, style) for _ in range(rounds))
                found.append((style, count, seconds))
        return found


def _run(file: Path, style: str) -> float:
    command = [sys.executable, "-m", "meshctl", "kube-inject", "-f", str(file)]
    return cost(*command, "--output-style", style).seconds
