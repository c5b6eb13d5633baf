"""Writes: accepting, deciding, ending, and where submissions stand after it."""

from ingestion.review.services.accepting import Asked, accept
from ingestion.review.services.deciding import decide
from ingestion.review.services.ending import end, end_what_is_due
from ingestion.review.services.settling import keep_tally, one_at_a_time, settle

__all__ = ["Asked", "accept", "decide", "end", "end_what_is_due", "keep_tally", "one_at_a_time", "settle"]
