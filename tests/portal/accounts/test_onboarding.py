"""`onboard_institution` and `add_member`, run as the deploying hand runs them."""

import pytest

from infra.local import embedded
from tests.portal.accounts.conftest import LivePortal

ONBOARD = ("onboard_institution", "alpine-am", "--name", "Alpine", "--kind", "manager")
NEW = ("--name", "A", "--kind", "manager", "--admin-email")
ADD = ("add_member", "alpine-am", "--role", "viewer", "--email")
LASTING = ("--password-from-env", "PASSWORD")


def test_onboarding_twice_changes_nothing(live: LivePortal) -> None:
    before = (live.tags(), live.sql("SELECT id, code, name FROM accounts_institution"))
    done = live.manage(*ONBOARD, "--admin-email", "admin@alpine.example", *LASTING)
    assert done.returncode == 0, done.stderr
    assert (live.tags(), live.sql("SELECT id, code, name FROM accounts_institution")) == before


def test_an_onboarded_institution_is_recorded_with_its_people(live: LivePortal) -> None:
    counted = live.sql("SELECT tag, count(*) FROM audit_auditrecord WHERE tag LIKE 'setup:%' GROUP BY tag")
    assert dict(counted) == {
        "setup:institution:onboarded": 2,
        "setup:user:added": 4,
        "setup:member:added": 4,
    }


def test_a_member_s_role_can_be_changed_and_is_recorded(live: LivePortal) -> None:
    who = ("add_member", "alpine-am", "--email", "viewer@alpine.example")
    for role in ("reviewer", "viewer"):
        assert live.manage(*who, "--role", role).returncode == 0
        assert live.tags()[-1] == "setup:member:role-changed"
    before = live.tags()
    assert live.manage(*who, "--role", "viewer").returncode == 0
    assert live.tags() == before
    live.sql("DELETE FROM audit_auditrecord WHERE tag = 'setup:member:role-changed'")


def test_a_person_belongs_to_one_institution_only(live: LivePortal) -> None:
    done = live.manage(
        "add_member", "borealis-insurance", "--email", "viewer@alpine.example", "--role", "viewer"
    )
    assert done.returncode == 1
    assert "is a member of alpine-am" in done.stderr
    groups = embedded.deployer("cognito-idp", live.home).admin_list_groups_for_user(
        UserPoolId=live.settings["FUNDGATE_USER_POOL_ID"], Username="viewer@alpine.example"
    )["Groups"]
    assert [group["GroupName"] for group in groups] == ["alpine-am"]


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        (("onboard_institution", "Alpine AM", *NEW, "a@b.example"),
         {}, "an institution code is 3 to 20"),
        (("onboard_institution", "new-one", *NEW, "a at b"),
         {}, "is not an e-mail address"),
        (("add_member", "nowhere", *ADD[2:], "a@b.example"), {}, "run onboard_institution first"),
        ((*ADD, "a@b.example", "--password-from-env", "NONE"),
         {}, "NONE is not set"),
        ((*ADD, "weak@b.example", "--password-from-env", "WEAK"),
         {"WEAK": "weak"}, "does not meet the user pool's rules"),
        ((*ONBOARD, "--admin-email", "admin@alpine.example"),
         {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS does not answer"),
        ((*ONBOARD, "--admin-email", "admin@alpine.example"),
         {"AWS_PROFILE": "portal", "AWS_CONFIG_FILE": "PORTAL"}, "with the deploy profile"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_in_one_sentence(
    live: LivePortal, arguments: tuple[str, ...], changed: dict[str, str], said: str
) -> None:
    changed = {
        k: str(live.home.path / "aws-portal.config") if v == "PORTAL" else v for k, v in changed.items()
    }
    done = live.manage(*arguments, **changed)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_lasting_passwords_are_for_the_embedded_aws_only(live: LivePortal) -> None:
    production = {
        "FUNDGATE_ENV": "production",
        "FUNDGATE_BASE_URL": "https://portal.example.com",
        "FUNDGATE_SECRET_KEY": "long-enough-" * 8,
        "FUNDGATE_MAIL_FROM": "fundgate@portal.example.com",
    }
    done = live.manage(*ONBOARD, "--admin-email", "admin@alpine.example", *LASTING, **production)
    assert done.returncode == 1
    assert "embedded AWS only" in done.stderr
