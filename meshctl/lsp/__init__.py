"""The language server: what editors ask about manifests while they are written."""
