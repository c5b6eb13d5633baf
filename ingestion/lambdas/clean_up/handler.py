"""Deletes the parked token of a run that is over."""

from ingestion.aws import tokens
from ingestion.aws.clients import client
from ingestion.aws.config import required
from ingestion.lambdas.function import Payload, function


def clean_up(event: Payload) -> Payload:
    """Deletes exactly this attempt's parameter; one that is gone already is just as good."""
    name = event["token_parameter"]
    if tokens.submission_of(name) != (event["submission"], event["attempt"]):
        raise ValueError("the token was parked for another attempt")
    return {"deleted": tokens.delete(client("ssm", region=required("FUNDGATE_REGION")), name)}


def warm_up() -> None:
    client("ssm", region=required("FUNDGATE_REGION"))


handler = function("clean-up", clean_up, warm_up)
