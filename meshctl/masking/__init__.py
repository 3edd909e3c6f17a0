"""Keeps secrets out of what is shown: the one place that knows what a secret looks like."""
