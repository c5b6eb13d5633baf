"""What the ingestion app tells those that build on it, which it does not know."""

from django.dispatch import Signal

described = Signal()
"""Publish said what a submission holds: sent with `submission`, whose row is locked, in that transaction."""
