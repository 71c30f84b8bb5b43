"""What a user may write: profiles, loading, overrides, JSON schema. Knows no torch."""
