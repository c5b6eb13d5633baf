"""Turns the delivery's text cells into the typed tables of the common schema."""

from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import DELIVERY, TABLES, Work
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.transform import transform as to_tables


def transform(work: Work) -> Outcome:
    """Writes each table that the template fills as Parquet."""
    delivery = Delivery.from_parquet(work.read(DELIVERY))
    for name, body in to_tables(delivery).to_parquet().items():
        work.write(TABLES[name], body)
    return Outcome()


def warm_up() -> None:
    to_tables(parse_file(tiny_csv(), inspect_file(tiny_csv()))).to_parquet()


handler = stage("transform", transform, reads=(DELIVERY,), warm_up=warm_up)
