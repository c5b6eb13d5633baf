"""Template tags for acceptances."""

from typing import Any

from django import template

from portal.dashboard import review, wording

register = template.Library()


@register.filter
def standing(submission: Any) -> wording.Label | None:
    """The badge that says where a submission stands; None where its verdict says it all."""
    return review.standing_label(submission)


@register.filter
def of_rule(by_rule: dict[str, list[review.Shown]], rule: str) -> list[review.Shown]:
    """The acceptances of one rule."""
    return by_rule.get(rule, []) if by_rule else []
