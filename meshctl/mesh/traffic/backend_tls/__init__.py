"""What istiod makes of BackendTLSPolicies: DestinationRules, below those that users wrote."""
