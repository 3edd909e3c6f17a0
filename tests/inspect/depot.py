"""A clerk who asks the stock of a depot."""

DEPOT = """
apiVersion: v1
kind: Namespace
metadata: {name: depot, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: clerk, namespace: depot, labels: {app: clerk}}
spec: {containers: [{name: app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: stock, namespace: depot, labels: {app: stock}}
spec: {containers: [{name: app}]}
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: depot}
spec: {selector: {app: stock}, ports: [{name: http, port: 80}]}
"""
