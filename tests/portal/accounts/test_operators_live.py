"""Operators and the end of a recovery at the embedded AWS, with the deploying hand's own commands."""

import jwt
import pytest

from portal.client.signin import SignInFailed
from tests.portal.accounts.conftest import LivePortal

NEW = "nora@alpine.example"
STEPS = f"""
import django
django.setup()
from datetime import timedelta
from django.core.management import CommandError, call_command
from portal.accounts.models import User
from portal.accounts.selectors import actor_for
from portal.accounts.tokens import GivenToken
from portal.operators import services
from portal.operators.models import Recovery
from portal.operators.services.recovering import WAIT

LASTING = ("--password-from-env", "PASSWORD")
for name in ("olga", "otto"):
    call_command("operator", f"{{name}}@fundgate.example", *LASTING)
try:
    call_command("operator", "viewer@alpine.example", *LASTING)
except CommandError as refusal:
    print(refusal)
olga, otto = (
    actor_for(User.objects.get(email=f"{{name}}@fundgate.example"), GivenToken("", groups=()))
    for name in ("olga", "otto")
)
words = {{"name": "Nora", "reason": "Nobody is left.", "ticket": "T-7"}}
made = services.ask(actor=olga, code="alpine-am", email="{NEW}", **words)
services.confirm(actor=otto, recovery_id=made.pk)
try:
    call_command("recover_institution", str(made.pk), *LASTING)
except CommandError as refusal:
    print(refusal)
waiting = Recovery.objects.get(pk=made.pk)
Recovery.objects.filter(pk=made.pk).update(due_at=waiting.due_at - WAIT)
services.carry_out_what_is_due()
call_command("recover_institution", str(made.pk), *LASTING)
"""


def test_the_administrator_whom_two_operators_wanted_signs_in_for_the_institution(live: LivePortal) -> None:
    with pytest.raises(SignInFailed):
        live.id_token(NEW)
    [(before,)] = live.sql("SELECT max(id) FROM audit_auditrecord")
    done = live.run("-c", STEPS)
    assert done.returncode == 0, done.stderr
    assert "belongs to alpine-am" in done.stdout, "a member is made no operator"
    assert "does not wait to be carried out" in done.stdout, "not before its 72 hours are over"
    who = "SELECT role FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id WHERE u.email = ?"
    roles = live.sql(who, NEW)
    assert roles == [("admin",)]
    claims = jwt.decode(live.id_token(NEW), options={"verify_signature": False})
    assert claims["cognito:groups"] == ["alpine-am"]
    operator = jwt.decode(live.id_token("olga@fundgate.example"), options={"verify_signature": False})
    assert not operator.get("cognito:groups"), "no institution's role is behind an operator's token"
    live.sql("DELETE FROM audit_auditrecord WHERE id > ?", before)
