"""Writes: recoveries from asking to their end, first steps set aside."""

from portal.operators.services.carrying_out import carry_out_what_is_due, complete, forget_whom, lapse_of
from portal.operators.services.recovering import ask, confirm, object_to, withdraw
from portal.operators.services.steps import set_aside

__all__ = [
    "ask",
    "carry_out_what_is_due",
    "complete",
    "confirm",
    "forget_whom",
    "lapse_of",
    "object_to",
    "set_aside",
    "withdraw",
]
