"""The Helm chart that makes of the same values what ``generate service`` does."""
