"""What installs the webhook in a cluster: manifests, and the same as a chart."""
