"""Acknowledge and release: which findings an institution accepts, why, until when, and who agreed."""
