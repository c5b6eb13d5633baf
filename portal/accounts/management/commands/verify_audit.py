"""`manage.py verify_audit [--institution CODE]`: ends with 1 when a record is not as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingestion.aws.errors import AwsError
from portal.accounts.models import Institution
from portal.audit.chain import PLATFORM, chain_of
from portal.audit.heads import signed_heads
from portal.audit.verifying import Kind, Report, chains, verified

WORDS = {
    Kind.CHANGED: "was changed",
    Kind.MISSING: "is missing",
    Kind.INSERTED: "was not written by the portal, or not there",
    Kind.REORDERED: "stands in another place than it was written in",
    Kind.REWRITTEN: "or one soon after it was changed and the chain made anew: a signed end says otherwise",
    Kind.UNSIGNED: "was signed as the end of the chain, and the signature does not fit",
}


class Command(BaseCommand):
    help = "Checks the chains of audit records and names the first bad record of each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--institution", metavar="CODE", help="only this institution's chain")
        parser.add_argument(
            "--without-copies", action="store_true", help="do not look at the copies of signed ends in S3"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = {chain_of(pk): code for pk, code in Institution.objects.values_list("id", "code")}
        names[PLATFORM] = "records of no institution"
        bad = 0
        for chain in _asked(options["institution"]):
            try:
                signed = signed_heads(chain, copies=not options["without_copies"])
            except AwsError as error:
                raise CommandError(f"What was signed cannot be read from AWS ({error}).") from None
            report = verified(chain, signed)
            bad += report.fault is not None
            self.stdout.write(f"{names.get(chain, chain)}: {_told(report, len(signed))}")
        if bad:
            raise CommandError(f"{bad} of the chains cannot be trusted from the record named on.")


def _asked(code: str | None) -> list[str]:
    if code is None:
        return chains()
    institution = Institution.objects.filter(code=code).first()
    if institution is None:
        raise CommandError(f"There is no institution with the code {code}.")
    return [chain_of(institution.pk)]


def _told(report: Report, signed: int) -> str:
    if report.fault:
        return f"record {report.fault.number} {WORDS[report.fault.kind]}."
    return f"{report.last} records stand as they were written; {signed} signed ends agree."
