"""Checking a chain: whether its records are those that were written, all of them, in their order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal.audit.chain import PLATFORM, START, chain_of, hash_of, institution_of
from portal.audit.models import AuditHead, AuditRecord, SignedHead

FIELDS = (
    "institution_id", "number", "previous", "at", "tag", "actor_id", "subject_id", "address", "request_id",
    "detail",
)  # fmt: skip


class Kind(StrEnum):
    """What is wrong with a record."""

    CHANGED = "changed"  # its fields are not those its hash was taken over
    MISSING = "missing"  # it was deleted, or the chain was cut before it
    INSERTED = "inserted"  # it was not written by the portal
    REORDERED = "reordered"  # it stands in another place than it was written in
    REWRITTEN = "rewritten"  # the chain from here was made anew: a signed end of it says otherwise
    UNSIGNED = "unsigned"  # a signed end of the chain carries no valid signature


@dataclass(frozen=True)
class Fault:
    """The first record of a chain that is not as it was written."""

    number: int
    kind: Kind


@dataclass(frozen=True)
class Signed:
    """A signed end of a chain; `genuine` when the signature fits."""

    number: int
    hash: str
    genuine: bool = True


@dataclass(frozen=True)
class Report:
    """What the check of a chain found; without a fault its `records` stand as they were written."""

    chain: str
    records: int
    fault: Fault | None


def verified(chain: str, signed: Iterable[Signed] = ()) -> Report:
    """Reads the whole chain, compares it with its end and with what was signed; changes nothing."""
    hashes: list[str] = [START]
    try:
        fault = _first_fault(institution_of(chain), hashes)
    except ValueError:  # a field that does not even read as what it is
        fault = Fault(len(hashes), Kind.CHANGED)
    fault = fault or _at_the_end(hashes, chain) or _against(hashes, signed)
    return Report(chain, len(hashes) - 1, fault)


def chains() -> list[str]:
    """Every chain of which there is, or was, anything."""
    of_records = AuditRecord.objects.order_by().values_list("institution_id", flat=True).distinct()
    found = {chain_of(institution_id) for institution_id in of_records}
    found |= set(AuditHead.objects.values_list("chain", flat=True))
    found |= set(SignedHead.objects.order_by().values_list("chain", flat=True).distinct())
    return sorted(found, key=lambda chain: (chain != PLATFORM, chain))


def _records(institution_id: UUID | None) -> Iterator[tuple[int, str, dict[str, Any]]]:
    rows = AuditRecord.objects.filter(institution_id=institution_id).order_by("number", "id")
    for identifier, stored, *values in rows.values_list("id", "hash", *FIELDS).iterator(chunk_size=2000):
        yield identifier, stored, dict(zip(FIELDS, values, strict=True))


def _first_fault(institution_id: UUID | None, hashes: list[str]) -> Fault | None:
    """Of the records one by one; adds the hash of each that stands."""
    last_id = 0
    for identifier, stored, fields in _records(institution_id):
        fault = _fault(len(hashes), hashes[-1], stored, fields)
        if fault:
            return fault
        if identifier <= last_id:
            return Fault(len(hashes), Kind.REORDERED)
        hashes.append(stored)
        last_id = identifier
    return None


def _fault(expected: int, before: str, stored: str, fields: dict[str, Any]) -> Fault | None:
    number = fields["number"]
    if number < expected:  # one stands there already
        return Fault(number, Kind.INSERTED)
    if number > expected:
        return Fault(expected, Kind.MISSING)
    try:
        honest = hash_of(**fields) == stored
    except (ValueError, TypeError, AttributeError):  # not even what a record looks like
        honest = False
    if not honest:
        return Fault(number, Kind.CHANGED)
    return None if fields["previous"] == before else Fault(number, Kind.INSERTED)


def _at_the_end(hashes: list[str], chain: str) -> Fault | None:
    """Against the row that says where the chain ends."""
    head = AuditHead.objects.filter(pk=chain).first()
    last, told = len(hashes) - 1, (head.number, head.hash) if head else (0, START)
    if told[0] > last:
        return Fault(last + 1, Kind.MISSING)
    if told[0] < last:
        return Fault(told[0] + 1, Kind.INSERTED)
    return None if hashes[last] == told[1] else Fault(last, Kind.REWRITTEN)


def _against(hashes: list[str], signed: Iterable[Signed]) -> Fault | None:
    """Against what was signed: whoever makes a chain anew cannot make the signatures."""
    stands = 0  # up to here a signed end has been found again
    for each in sorted(signed, key=lambda each: each.number):
        if not each.genuine:
            return Fault(each.number, Kind.UNSIGNED)
        if each.number >= len(hashes):
            return Fault(len(hashes), Kind.MISSING)
        if hashes[each.number] != each.hash:
            return Fault(stands + 1, Kind.REWRITTEN)
        stands = each.number
    return None
