"""Tells the portal how a run stands: one signed event after the other, from what a stage returned."""

from ingestion.aws.callback import send
from ingestion.aws.clients import client
from ingestion.aws.config import required
from ingestion.lambdas import reports
from ingestion.lambdas.function import Payload, function


def tell(event: Payload) -> Payload:
    """Sends the events of `result` or `failure`; the first that nobody takes ends the call."""
    submission, attempt = event["submission"], event["attempt"]
    if "failure" in event:
        events = reports.of_failure(submission, attempt, event["failure"])
    else:
        events = reports.of_stage(submission, attempt, event["result"])
    url, key_arn = required("FUNDGATE_CALLBACK_URL"), required("FUNDGATE_CALLBACK_KEY_ARN")
    for each in events:
        send(each, url=url, key_arn=key_arn, region=required("FUNDGATE_REGION"))
    return {"sent": len(events)}


def warm_up() -> None:
    client("kms", region=required("FUNDGATE_REGION"))


handler = function("callback", tell, warm_up)
