"""Requests for access: what both sides' trails say of them."""

from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from sharing import services
from sharing.models import AccessRequest, Profile


def ask(asker: Actor, owner: Actor) -> AccessRequest:
    assert owner.institution is not None
    code = owner.institution.code
    return services.ask_for_access(actor=asker, code=code, wanted="All.", purpose="To know.")


def test_both_trails_are_written_in_one_order_whoever_asks(admin: Actor, recipient: Actor) -> None:
    """A record holds its institution's chain: in two orders two requests wait for each other."""
    Profile.objects.create(institution=admin.institution, listed=True)
    sides = [actor.institution.pk for actor in (admin, recipient) if actor.institution]
    for asker, owner in ((admin, recipient), (recipient, admin)):
        made = ask(asker, owner)
        written = AuditRecord.objects.filter(tag=AuditTag.ACCESS_ASKED, subject_id=str(made.pk))
        told = list(written.order_by("id").values_list("institution_id", "actor_id"))
        assert [institution for institution, _person in told] == sorted(sides)
        assert {person for _institution, person in told} == {asker.user.pk, None}
