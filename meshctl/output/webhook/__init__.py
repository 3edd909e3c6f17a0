"""What the commands of the webhook write."""
