"""What a function asks the portal, over the signed route."""

from typing import Any

from ingestion.aws.callback import ask
from ingestion.aws.config import required


def asked(kind: str, **more: Any) -> dict[str, Any]:
    """The portal's answer to a question about the exchange; `kind` says which."""
    return ask(
        {"kind": kind, **more},
        url=required("FUNDGATE_EXCHANGE_URL"),
        key_arn=required("FUNDGATE_CALLBACK_KEY_ARN"),
        region=required("FUNDGATE_REGION"),
    )
