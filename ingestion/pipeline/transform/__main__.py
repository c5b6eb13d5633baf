"""`python -m ingestion.pipeline.transform`: the part of docs/schema.md about the tables."""

import sys

from ingestion.pipeline.transform.reference import markdown

sys.stdout.write(markdown())
