"""What the ingestion app tells those that build on it, which it does not know."""

from django.dispatch import Signal

described = Signal()
"""Publish said what a submission holds: sent with `submission`, whose row is locked, in that transaction.

`tally` are its counts by rule, None when Publish did not say them.
"""

concluded = Signal()
"""A run came to its verdict, before or after it was described: sent with `submission` in the same way."""

counted_again = Signal()
"""What replaced a delivery was checked anew and does so no longer: sent with the delivery, `submission`."""

forgotten = Signal()
"""The content of a mere check is deleted, its index card with it: sent with `submission` in the same way."""

withdrawing = Signal()
"""A delivery is about to be taken back: sent with `submission`, its row locked. Who forbids it raises why."""

withdrawn = Signal()
"""A delivery was taken back: sent with `submission`, whose row is locked, in that transaction."""

swept = Signal()
"""Once a minute, outside any transaction: whoever has something that falls due looks now.

An exception of one receiver keeps no other from its turn.
"""

went_through = Signal()
"""Every part of the sweep, and every receiver of `swept`, came to its end."""
