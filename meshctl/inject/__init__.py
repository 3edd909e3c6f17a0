"""What does Istio's injector make of a workload, without a cluster?"""
