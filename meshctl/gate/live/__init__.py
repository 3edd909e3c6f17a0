"""A snapshot that follows a cluster: one process watches it, another one holds what it says."""
