"""Numbers as people read them in a message."""


def short(number: float) -> str:
    """At most ten digits."""
    return f"{number:.10g}"
