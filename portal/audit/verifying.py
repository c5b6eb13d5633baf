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
    """What the check of a chain found: without a fault its records from `first` to `last` stand."""

    chain: str
    first: int
    last: int
    fault: Fault | None


def verified(chain: str, signed: Iterable[Signed] = (), most: int | None = None) -> Report:
    """Reads the chain, compares it with its end and with what was signed; changes nothing.

    `most` leaves it at the latest records, taking the one before them as it is.
    """
    institution_id = institution_of(chain)
    end = AuditHead.objects.filter(pk=chain).values_list("number", "hash").first() or (0, START)
    first = max(1, end[0] - most + 1) if most else 1
    before = AuditRecord.objects.filter(institution_id=institution_id, number=first - 1).first()
    if first > 1 and before is None:
        return Report(chain, first, first - 1, Fault(first - 1, Kind.MISSING))
    hashes = {first - 1: before.hash if before and first > 1 else START}
    signed = tuple(signed)
    kept = {first - 1, end[0], *(each.number for each in signed)}
    try:
        fault = _first_fault(institution_id, hashes, kept)
    except ValueError:  # a field that does not even read as what it is
        fault = Fault(max(hashes) + 1, Kind.CHANGED)
    fault = fault or _at_the_end(chain, hashes, end) or _against(hashes, signed)
    return Report(chain, first, max(hashes), fault)


def chains() -> list[str]:
    """Every chain of which there is, or was, anything."""
    of_records = AuditRecord.objects.order_by().values_list("institution_id", flat=True).distinct()
    found = {chain_of(institution_id) for institution_id in of_records}
    found |= set(AuditHead.objects.values_list("chain", flat=True))
    found |= set(SignedHead.objects.order_by().values_list("chain", flat=True).distinct())
    return sorted(found, key=lambda chain: (chain != PLATFORM, chain))


def _records(institution_id: UUID | None, first: int) -> Iterator[tuple[int, str, dict[str, Any]]]:
    rows = AuditRecord.objects.filter(institution_id=institution_id).order_by("number", "id")
    rows = rows.filter(number__gte=first) if first > 1 else rows
    for identifier, stored, *values in rows.values_list("id", "hash", *FIELDS).iterator(chunk_size=2000):
        yield identifier, stored, dict(zip(FIELDS, values, strict=True))


def _first_fault(institution_id: UUID | None, hashes: dict[int, str], kept: set[int]) -> Fault | None:
    """Of the records one by one; leaves the hashes of those to be kept and of the last that stands."""
    (last,) = hashes
    last_id = 0
    for identifier, stored, fields in _records(institution_id, last + 1):
        fault = _fault(last + 1, hashes[last], stored, fields)
        if fault:
            return fault
        if identifier <= last_id:
            return Fault(last + 1, Kind.REORDERED)
        if last not in kept:
            del hashes[last]
        last, last_id = last + 1, identifier
        hashes[last] = stored
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


def _at_the_end(chain: str, hashes: dict[int, str], end: tuple[int, str]) -> Fault | None:
    """Against the row that said where the chain ends; it may have grown while it was read."""
    last, (number, stored) = max(hashes), end
    if number > last:
        return Fault(last + 1, Kind.MISSING)
    if number < last and not AuditHead.objects.filter(pk=chain, number__gte=last).exists():
        return Fault(number + 1, Kind.INSERTED)
    return None if hashes[number] == stored else Fault(number, Kind.REWRITTEN)


def _against(hashes: dict[int, str], signed: Iterable[Signed]) -> Fault | None:
    """Against what was signed: whoever makes a chain anew cannot make the signatures."""
    stands, last = min(hashes), max(hashes)  # up to `stands` a signed end has been found again
    for each in sorted(signed, key=lambda each: each.number):
        if not each.genuine:
            return Fault(each.number, Kind.UNSIGNED)
        if each.number > last:
            return Fault(last + 1, Kind.MISSING)
        if each.number in hashes and hashes[each.number] != each.hash:
            return Fault(stands + 1, Kind.REWRITTEN)
        stands = max(stands, each.number)
    return None
