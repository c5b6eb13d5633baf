"""Checks of the Complementary Identification Code: place of listing, class, sub-class."""

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.rules.failures import Failures, by_value
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule


def cic(rule: Rule, frame: Frame) -> Failures | None:
    """Four characters in the right shape."""
    return by_value(frame, rule.field, families.explain_cic_shape)


def cic_country(rule: Rule, frame: Frame) -> Failures | None:
    """The first two characters are a country or one of the codes for what is not listed."""
    return by_value(frame, rule.field, families.explain_cic_place)


def cic_subclass(rule: Rule, frame: Frame) -> Failures | None:
    """The fourth character is a sub-class of the class."""
    return by_value(frame, rule.field, families.explain_cic_subclass)
