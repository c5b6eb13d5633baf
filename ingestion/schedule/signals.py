"""What this app tells those that build on it, which it does not know."""

from django.dispatch import Signal

reminded = Signal()
"""A quarter of an hour has passed and people were reminded: whoever expects something too looks now."""
