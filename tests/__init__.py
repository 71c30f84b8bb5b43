"""A package, so that no dependency's folder of the same name can take its place."""
