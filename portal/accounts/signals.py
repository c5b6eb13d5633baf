"""What this app tells those that build on it, which it does not know."""

from django.dispatch import Signal

onboarding = Signal()
"""`code` is about to be set up as the answer to `invitations`; OnboardingFailed keeps it from it."""

onboarded = Signal()
"""It is set up: sent with `institution` and `invitations`."""
