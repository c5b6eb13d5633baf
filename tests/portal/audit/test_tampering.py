"""Whatever the owner of the database does to a record by SQL, the check of its chain finds and names it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from portal.audit import verifying
from portal.audit.chain import chain_of, hash_of
from portal.audit.models import AuditHead, AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.audit.verifying import FIELDS, Fault, Kind, Signed, chains, verified

pytestmark = pytest.mark.django_db
LENGTH = 6
NUMBERS = range(1, LENGTH + 1)


def written(institution_id: UUID | None, count: int = LENGTH) -> None:
    for number in range(count):
        record(
            tag=AuditTag.SIGNED_IN,
            institution_id=institution_id,
            actor_id=uuid4(),
            subject_id=f"subject {number}",
            address="2001:db8::1" if number % 2 else "192.0.2.7",
            detail={"role": "admin", "count": number, "share": 0.25, 7: [None, "ü"]},
        )


@pytest.fixture
def mine() -> UUID:
    """An institution with records, between those of another and of none."""
    institution_id = uuid4()
    for other in (None, uuid4(), institution_id, None):
        written(other)
    return institution_id


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def at(institution_id: UUID, number: int) -> int:
    """The key of a record."""
    return AuditRecord.objects.get(institution_id=institution_id, number=number).pk


def fault_after(tampering: Callable[[], object], mine: UUID, signed: tuple[Signed, ...] = ()) -> Fault | None:
    """What the check finds once it was done; everything is as before afterwards."""
    with transaction.atomic():
        tampering()
        found = verified(chain_of(mine), signed).fault
        transaction.set_rollback(True)
    return found


CHANGES = {
    "at": "2020-01-01 00:00:00", "tag": "portal:session:signed-out", "actor_id": uuid4().hex,
    "subject_id": "someone else", "address": "192.0.2.8", "request_id": "x",
    "detail": json.dumps({"role": "viewer"}), "previous": "0" * 63 + "1", "hash": "0" * 63 + "2",
}  # fmt: skip


def test_an_untouched_chain_stands(mine: UUID) -> None:
    assert len(chains()) == 3
    assert [verified(chain).fault for chain in chains()] == [None] * 3
    assert verified(chain_of(mine)).last == LENGTH
    assert verified(chain_of(None)).last == 2 * LENGTH


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_named(mine: UUID, field: str) -> None:
    for number in NUMBERS:
        found = fault_after(
            lambda: sql(
                f"UPDATE audit_auditrecord SET {field} = %s WHERE id = %s",
                CHANGES[field],
                at(mine, number),  # noqa: B023
            ),
            mine,
        )
        assert found == Fault(number, Kind.CHANGED)


def test_a_field_that_cannot_be_read_is_named_too(mine: UUID) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("other databases refuse it")
    broken = "UPDATE audit_auditrecord SET at = 'never' WHERE id = %s"
    assert fault_after(lambda: sql(broken, at(mine, 3)), mine) == Fault(3, Kind.CHANGED)


def test_a_deleted_record_is_named_the_last_one_too(mine: UUID) -> None:
    for number in NUMBERS:
        key = at(mine, number)
        found = fault_after(lambda: sql("DELETE FROM audit_auditrecord WHERE id = %s", key), mine)  # noqa: B023
        assert found == Fault(number, Kind.MISSING)


def test_a_record_given_to_another_institution_is_missed_here_and_found_there(mine: UUID) -> None:
    other = uuid4()
    key = at(mine, 4)

    def moved() -> None:
        sql("UPDATE audit_auditrecord SET institution_id = %s WHERE id = %s", other.hex, key)
        assert verified(chain_of(other)).fault is not None

    assert fault_after(moved, mine) == Fault(4, Kind.MISSING)


def forged(mine: UUID, number: int, previous: str) -> dict[str, object]:
    """A record of which every hash fits, as somebody who knows the code can make it."""
    model = AuditRecord.objects.filter(institution_id=mine).values(*FIELDS)[0]
    fields = model | {"number": number, "previous": previous, "subject_id": "forged"}
    return fields | {"hash": hash_of(**fields)}


def test_an_inserted_record_is_named_wherever_it_is_put(mine: UUID) -> None:
    last = AuditRecord.objects.get(institution_id=mine, number=LENGTH)
    appended = forged(mine, LENGTH + 1, last.hash)
    found = fault_after(lambda: AuditRecord.objects.create(**appended), mine)
    assert found == Fault(LENGTH + 1, Kind.INSERTED)

    def between() -> None:
        for number in reversed(range(3, LENGTH + 1)):
            sql("UPDATE audit_auditrecord SET number = number + 1 WHERE id = %s", at(mine, number))
        AuditRecord.objects.create(**forged(mine, 3, AuditRecord.objects.get(pk=at(mine, 2)).hash))

    assert fault_after(between, mine) is not None
    assert fault_after(lambda: AuditRecord.objects.create(**forged(mine, 0, "")), mine) == Fault(
        0, Kind.INSERTED
    )


def while_it_is_read(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Does it after the check has looked where the chain ends, before it reads the records."""
    read = verifying._first_fault

    def late(*args: Any) -> Fault | None:
        act()
        return read(*args)

    monkeypatch.setattr(verifying, "_first_fault", late)


def test_what_is_written_while_a_chain_is_checked_is_no_fault(
    mine: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_it_is_read(lambda: written(mine, 2), monkeypatch)
    found = verified(chain_of(mine), signed_of(mine, LENGTH))
    assert (found.last, found.fault) == (LENGTH + 2, None)


def test_a_chain_made_anew_while_it_is_checked_is_named(mine: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def anew() -> None:
        rewritten(mine, LENGTH)
        written(mine, 1)

    while_it_is_read(anew, monkeypatch)
    assert verified(chain_of(mine)).fault == Fault(LENGTH, Kind.REWRITTEN)


def test_records_in_another_order_are_named(mine: UUID) -> None:
    for number in range(1, LENGTH):
        one, two = at(mine, number), at(mine, number + 1)

        def swapped(column: str, one: int = one, two: int = two, number: int = number) -> None:
            values = (two, one) if column == "id" else (number + 1, number)
            change = f"UPDATE audit_auditrecord SET {column} = %s WHERE id = %s"
            sql(change, 10**9, one)
            sql(change, values[1], two)
            sql(change, values[0], 10**9 if column == "id" else one)

        assert fault_after(lambda: swapped("number"), mine) == Fault(number, Kind.CHANGED)
        assert fault_after(lambda: swapped("id"), mine) == Fault(number + 1, Kind.REORDERED)


def cut(mine: UUID, after: int) -> None:
    """The last records gone, and the row that says where the chain ends changed with them."""
    sql("DELETE FROM audit_auditrecord WHERE institution_id = %s AND number > %s", mine.hex, after)
    kept = AuditRecord.objects.get(institution_id=mine, number=after)
    AuditHead.objects.filter(pk=chain_of(mine)).update(number=after, hash=kept.hash)


def signed_of(mine: UUID, *numbers: int) -> tuple[Signed, ...]:
    found = AuditRecord.objects.filter(institution_id=mine, number__in=numbers)
    return tuple(Signed(each.number, each.hash) for each in found)


def test_a_chain_cut_with_its_end_is_named_by_what_was_signed(mine: UUID) -> None:
    signed = signed_of(mine, 2, LENGTH)
    assert verified(chain_of(mine), signed).fault is None
    for after in range(1, LENGTH):
        found = fault_after(lambda: cut(mine, after), mine, signed)  # noqa: B023
        assert found == Fault(after + 1, Kind.MISSING)


def test_a_chain_that_is_gone_altogether_is_named_by_what_was_signed(mine: UUID) -> None:
    def emptied() -> None:
        sql("DELETE FROM audit_auditrecord WHERE institution_id = %s", mine.hex)
        AuditHead.objects.filter(pk=chain_of(mine)).delete()

    assert fault_after(emptied, mine, signed_of(mine, LENGTH)) == Fault(1, Kind.MISSING)


def rewritten(mine: UUID, first: int) -> None:
    """A record changed, and every hash from it on made anew, the end too."""
    rows = list(AuditRecord.objects.filter(institution_id=mine).order_by("number"))
    previous = rows[first - 1].previous
    for each in rows[first - 1 :]:
        fields = {name: getattr(each, name) for name in FIELDS} | {
            "subject_id": "forged",
            "previous": previous,
        }
        new = hash_of(**fields)
        change = "UPDATE audit_auditrecord SET subject_id = 'forged', previous = %s, hash = %s WHERE id = %s"
        sql(change, previous, new, each.pk)
        previous = new
    AuditHead.objects.filter(pk=chain_of(mine)).update(hash=previous)


def test_a_chain_made_anew_is_named_by_what_was_signed(mine: UUID) -> None:
    signed = signed_of(mine, 2, 4)
    assert fault_after(lambda: rewritten(mine, 3), mine) is None  # without a signature nobody could tell
    assert fault_after(lambda: rewritten(mine, 1), mine, signed) == Fault(1, Kind.REWRITTEN)
    assert fault_after(lambda: rewritten(mine, 3), mine, signed) == Fault(3, Kind.REWRITTEN)
    assert fault_after(lambda: rewritten(mine, 5), mine, signed) is None  # not signed yet


def test_a_signature_that_does_not_fit_is_named(mine: UUID) -> None:
    (honest,) = signed_of(mine, 4)
    assert verified(chain_of(mine), [honest]).fault is None
    assert verified(chain_of(mine), [Signed(4, honest.hash, genuine=False)]).fault == Fault(4, Kind.UNSIGNED)


class AnyTampering(TestCase):
    """Any of these acts on any rows, alone or one after the other, is found."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.integers(2, 9).flatmap(
            lambda length: st.tuples(
                st.just(length),
                st.lists(
                    st.tuples(st.sampled_from(["change", "delete", "swap", "cut"]), st.integers(1, length)),
                    min_size=1,
                    max_size=3,
                    unique_by=lambda act: act[1],
                ),
            )
        )
    )
    def test_it_is_found_at_the_first_record_it_touched_or_before_the_next(
        self, drawn: tuple[int, list[tuple[str, int]]]
    ) -> None:
        length, acts = drawn
        mine = uuid4()
        written(mine, length)
        signed = signed_of(mine, length)
        keys = {number: at(mine, number) for number in range(1, length + 1)}
        touched = []
        for act, number in acts:
            key = keys[number]
            if act == "change":
                sql("UPDATE audit_auditrecord SET subject_id = 'x' WHERE id = %s", key)
            elif act == "delete":
                sql("DELETE FROM audit_auditrecord WHERE id = %s", key)
            elif act == "swap":
                sql("UPDATE audit_auditrecord SET number = number + 100 WHERE id = %s", key)
            else:
                sql(
                    "DELETE FROM audit_auditrecord WHERE institution_id = %s AND number >= %s",
                    mine.hex,
                    number,
                )
            touched.append(number)
        found = verified(chain_of(mine), signed).fault
        assert found is not None and found.number == min(touched)


def test_the_latest_records_can_be_checked_alone(mine: UUID) -> None:
    found = verified(chain_of(mine), signed_of(mine, 2, 5), most=3)
    assert (found.first, found.last, found.fault) == (4, LENGTH, None)
    sql("UPDATE audit_auditrecord SET subject_id = 'x' WHERE id = %s", at(mine, 4))
    assert verified(chain_of(mine), most=3).fault == Fault(4, Kind.CHANGED)
    assert verified(chain_of(mine), most=2).fault is None


def test_of_a_long_chain_only_the_hashes_that_are_compared_are_kept(
    mine: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    compare = verifying._against

    def counted(hashes: dict[int, str], signed: Any) -> Fault | None:
        seen.extend(hashes)
        return compare(hashes, signed)

    monkeypatch.setattr(verifying, "_against", counted)
    assert verified(chain_of(mine), signed_of(mine, 2, 4)).fault is None
    assert seen == [0, 2, 4, LENGTH]
