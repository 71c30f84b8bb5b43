"""The networks, one registry."""
