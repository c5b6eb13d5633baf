"""The Django app of ingestion (label `ingestion`)."""
