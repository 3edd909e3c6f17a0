"""Renders charts and kustomizations with the user's own programs, and maps lines back to theirs."""
