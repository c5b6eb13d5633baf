"""Who runs the platform: institutions, health, counts, and help where an institution has no administrator."""
