"""Numbers for people, in the language that is active; what programs read is never written with these."""

from django.utils import formats


def grouped(value: float) -> str:
    """A whole number with its thousands apart: 12,345, German 12.345, French 12 345."""
    return formats.number_format(value, 0, force_grouping=True)


def decimal(value: float, places: int) -> str:
    """A number with this many digits behind the point, or behind the comma: 89.8, German 89,8."""
    return formats.number_format(f"{value:.{places}f}", places)
