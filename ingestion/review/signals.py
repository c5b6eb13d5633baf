"""What this app tells those that build on it, which it does not know."""

from django.dispatch import Signal

settled = Signal()
"""Where a submission stands was worked out anew: sent with `submission`, in that transaction."""
