"""What the proxies of workloads report: logs, metrics and traces."""
