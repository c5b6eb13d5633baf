"""Whatever the database holds of an institution is taken out, or it is said here why it is not."""

from typing import Any

import pytest
from django.apps import apps

from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.custody.records import tables_of
from portal.notices.models import Endpoint
from tests.fixtures.cast import actor
from tests.portal.notices.subjects import endpoint

pytestmark = pytest.mark.django_db
NOT_TAKEN_OUT = {
    "custody.TakeOut": "it says how far fetching came",
    "custody.Departure": "it begins when nobody can take anything out any more",
    "schedule.FundDelivery": "made of the index cards, which are in the submissions",
    "ingestion.ColumnMapping": "each of its versions names it",
    "notices.Announcement": "news of what the records say, kept for half a year",
    "operators.FirstSteps": "that a list on a page was set aside",
    "operators.Recovery": "an act of the operators; the audit trail has each step",
    "sharing.Sweep": "how far the janitor has looked",
}


def belongs(model: Any) -> bool:
    return any(field.related_model is Institution for field in model._meta.concrete_fields)


def test_every_kind_of_row_of_an_institution_is_in_a_document(alpine: Institution) -> None:
    taken = {rows.model for rows in tables_of(alpine).values()}
    left_out = {model._meta.label for model in apps.get_models() if belongs(model) and model not in taken}
    assert left_out == NOT_TAKEN_OUT.keys()


def test_a_webhook_is_taken_out_without_what_its_secret_is_made_of(
    alpine: Institution, borealis: Institution
) -> None:
    mine = endpoint(alpine, actor(alpine, "keeper", Role.ADMIN).user)
    endpoint(borealis, mine.created_by)
    Endpoint.objects.update(previous_salt="earlier-salt")
    (row,) = tables_of(alpine)["webhooks"]
    assert (row["id"], row["url"]) == (mine.pk, mine.url)
    assert mine.salt not in str(row) and "earlier-salt" not in str(row)
