"""What this app tells those that build on it, which it does not know."""

from django.dispatch import Signal

taking_out = Signal()
"""Records of an institution are taken out: sent with `institution`, answered with rows by document name."""

departed = Signal()
"""An institution has left: sent with `institution`, on each run of off-boarding. What is over stays over."""
