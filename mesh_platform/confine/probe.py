"""The job that does nothing: it is started to learn which walls stand."""


def nothing() -> None:
    """Return."""
