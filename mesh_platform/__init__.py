"""A self-serve data mesh with privacy built in."""
