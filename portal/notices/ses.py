"""E-mail by Amazon SES, with the worker's own role; only in production."""

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from ingestion.aws.clients import client
from ingestion.aws.errors import translate


def _raw(message: EmailMessage) -> bytes:
    """The message as it goes over the wire."""
    return message.message().as_bytes().replace(b"\n", b"\r\n")


class SesBackend(BaseEmailBackend):
    """Hands each message to SES as it is; AwsError when SES does not take it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        ses = client("sesv2", region=settings.FUNDGATE_REGION)
        for message in email_messages:
            try:
                ses.send_email(
                    FromEmailAddress=settings.DEFAULT_FROM_EMAIL,
                    Destination={"ToAddresses": message.recipients()},
                    Content={"Raw": {"Data": _raw(message)}},
                )
            except (ClientError, BotoCoreError) as error:
                raise translate(error) from None
        return len(email_messages)
