"""Expected deliveries: what is due when, and what came of it."""
