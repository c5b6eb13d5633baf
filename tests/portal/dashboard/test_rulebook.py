"""The rulebook's pages: what is shown to whom, what a save changes, how problems and conflicts are said."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.aws.errors import AwsUnavailable
from ingestion.pipeline.pack import packs
from ingestion.pipeline.rules.rule import all_rules
from ingestion.web.models import RulebookVersion
from portal.accounts.models import Institution, User
from portal.common.errors import SignInNeeded
from portal.dashboard import rule_list
from portal.dashboard.rulebook_forms import with_settings
from tests.portal.dashboard.conftest import CURRENT, OWN, put_rulebook, results_of, version_in_force

pytestmark = pytest.mark.aws
RULE = "TPT-P02-NET-ASSETS"
ANOTHER = "TPT-FORMAT-26"


def page_of_rule(client: Client, rule: str) -> str:
    answer = client.get(reverse("rule", args=["TPT", "7.0", rule]))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def change(reviewer: Client, rulebook: RulebookVersion) -> Any:
    """Posts a change made from the version in force."""

    def changed(address: str = "/rulebook/?template=TPT", **sent: str) -> Any:
        given = {"based_on": rulebook.object_version, "reason": "We agreed so."} | sent
        return reviewer.post(address, given, follow=True)

    return changed


def stored(store: Any, institution: Institution) -> Any:
    return json.loads(store.get_object(Bucket=results_of(institution), Key=CURRENT)["Body"].read())


def test_a_viewer_sees_what_is_in_force_and_cannot_change_it(
    viewer: Client, rulebook: RulebookVersion
) -> None:
    page = viewer.get(f"/rulebook/?template=TPT&q={RULE}").content.decode()
    assert f'data-changed="{RULE}"' in page
    assert 'data-own="OWN-1"' in page
    assert "It was agreed." in page
    assert f'data-rule="{RULE}" data-changed' in page
    assert "<select name=" not in page.split('id="rules"')[1].replace('<select name="template"', "").replace(
        '<select name="show"', ""
    )


def test_the_page_of_a_rule_says_what_the_rulebook_changed(
    viewer: Client, outsider: Client, rulebook: RulebookVersion, change: Any
) -> None:
    page = page_of_rule(viewer, RULE)
    assert "data-own-setting" in page
    assert 'aria-current="page">Rulebook' not in page, "it is no page of the rulebook"
    assert 'aria-current="page">Rulebook' in viewer.get("/rulebook/").content.decode()
    assert "instead of warning" in page
    assert f"/rulebook/?template=TPT&amp;q={RULE}#rules" in page
    for other in (page_of_rule(viewer, ANOTHER), page_of_rule(outsider, RULE)):
        assert "data-own-setting" not in other
    change(**{f"severity:{RULE}": "error", f"tolerance:{RULE}": "2 %"})
    assert "tolerance 0.02 instead of 0.001" in page_of_rule(viewer, RULE)


def test_the_page_of_a_rule_of_another_use_says_that_it_is_switched_on(viewer: Client, change: Any) -> None:
    rule = next(rule.id for rule in all_rules(packs()["TPT-7.0"]) if rule.profile == "iorp")
    assert "is switched on" not in page_of_rule(viewer, rule)
    change(use="iorp")
    assert "is switched on" in page_of_rule(viewer, rule)


@pytest.mark.parametrize("error", [AwsUnavailable, SignInNeeded])
def test_the_page_of_a_rule_stays_when_the_rulebook_cannot_be_read(
    viewer: Client, rulebook: RulebookVersion, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def unavailable(actor: Any) -> Any:
        raise error

    monkeypatch.setattr("ingestion.web.selectors.rulebook_in_force", unavailable)
    page = page_of_rule(viewer, RULE)
    assert "cannot be shown at the moment" in page
    assert "data-own-setting" not in page


def test_a_severity_and_a_tolerance_are_saved_as_a_new_version(
    change: Any, store: Any, alpine: Institution
) -> None:
    page = change(**{f"severity:{RULE}": "error", f"tolerance:{RULE}": "2 %", f"severity:{ANOTHER}": "off"})
    assert "Rulebook no. 2 is in force" in page.content.decode()
    assert stored(store, alpine)["rules"] == {
        RULE: {"severity": "error", "tolerance": 0.02},
        ANOTHER: {"severity": "off"},
    }
    assert stored(store, alpine)["own"] == [OWN]
    saved = RulebookVersion.objects.first()
    assert saved is not None
    assert (saved.number, saved.changed_rules, saved.own_rules) == (2, 2, 1)


def test_the_page_of_a_version_says_what_asks_for_less_than_before(viewer: Client, change: Any) -> None:
    change(**{f"severity:{RULE}": "error", f"severity:{ANOTHER}": "info"})
    page = viewer.get("/rulebook/2/").text
    assert re.findall(r'data-softened="([^"]+)"', page) == [ANOTHER]
    assert re.findall(r'data-softened="([^"]+)"', viewer.get("/rulebook/1/").text) == [RULE]


def test_what_equals_the_standard_is_no_change(change: Any, store: Any, alpine: Institution) -> None:
    standard = next(one for one in rule_list.listed("TPT", {}) if one.rule.id == RULE)
    tolerance = f"{standard.standard_tolerance:g}"
    change(**{f"severity:{RULE}": standard.rule.severity, f"tolerance:{RULE}": tolerance})
    assert "rules" not in stored(store, alpine)


def test_the_rules_as_they_come_can_be_saved_once_for_partners_to_pass(
    reviewer: Client, store: Any, alpine: Institution
) -> None:
    store.delete_object(Bucket=results_of(alpine), Key=CURRENT)
    for said in ("is in force", "Nothing was changed"):
        sent = {"based_on": version_in_force(store, alpine), "reason": "For our partners."}
        assert said in reviewer.post("/rulebook/?template=TPT", sent, follow=True).content.decode()
    assert RulebookVersion.objects.get().number == 1


def test_further_uses_are_switched_on_and_off(change: Any, store: Any, alpine: Institution) -> None:
    assert "TPT: Pension funds" in change(use="iorp").content.decode()
    assert stored(store, alpine)["profiles"] == {"TPT": ["iorp"]}
    assert stored(store, alpine)["rules"] == {RULE: {"severity": "off"}}, "rules that were not shown stay"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({f"severity:{RULE}": "warning", "reason": " "}, "Say in a few words why"),
        ({f"severity:{RULE}": "fatal"}, "The severity is one of"),
        ({f"severity:{RULE}": "warning", f"tolerance:{RULE}": "much"}, "is no number"),
        ({f"severity:{RULE}": "warning", f"tolerance:{RULE}": "-1"}, "at least 0"),
        ({f"severity:{RULE}": "off"}, "Nothing was changed"),
        ({f"severity:{RULE}": "warning", "based_on": "another"}, "Another version was saved in the meantime"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_is_saved(
    change: Any, store: Any, alpine: Institution, sent: dict[str, str], said: str
) -> None:
    before = stored(store, alpine)
    page = change(f"/rulebook/?template=TPT&q={RULE}", **sent).content.decode()
    assert said in page
    assert 'role="alert"' in page
    assert stored(store, alpine) == before
    assert RulebookVersion.objects.count() == 1


def test_a_choice_survives_a_missing_reason_and_not_a_conflict(change: Any) -> None:
    address = f"/rulebook/?template=TPT&q={RULE}"
    chosen = '<option value="info" selected>'
    assert chosen in change(address, **{f"severity:{RULE}": "info", "reason": ""}).content.decode()
    assert chosen not in change(address, **{f"severity:{RULE}": "info", "based_on": "old"}).content.decode()


def test_an_own_rule_is_changed_and_removed(change: Any, store: Any, alpine: Institution) -> None:
    edit = reverse("own_rule", args=["OWN-1"])
    change(edit, **OWN | {"severity": "error", "how_to_fix": "Sell some."})
    assert stored(store, alpine)["own"] == [OWN | {"severity": "error", "how_to_fix": "Sell some."}]
    based_on = RulebookVersion.objects.first().object_version  # type: ignore[union-attr]
    change(edit, remove="1", based_on=based_on)
    assert stored(store, alpine)["own"] == []


@pytest.mark.parametrize(
    ("sent", "place", "said"),
    [
        ({"expect": "26 <="}, "id_expect_error", ""),
        ({"when": "(26 filled"}, "id_when_error", ""),
        ({"id": "MINE"}, "id_id_error", "begins with OWN-"),
        ({"expect": "9999 filled"}, "problems", "has no such fields: 9999"),
        ({"id": "OWN-1"}, "problems", "used twice"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_explained_at_its_input(
    change: Any, sent: dict[str, str], place: str, said: str
) -> None:
    page = change(reverse("new_own_rule"), **OWN | {"id": "OWN-2"} | sent).content.decode()
    assert f'id="{place}"' in page
    assert said in page
    assert RulebookVersion.objects.count() == 1


def test_an_earlier_version_is_shown_and_can_be_returned_to(
    change: Any, store: Any, reviewer: Client, alpine: Institution
) -> None:
    change(**{f"severity:{RULE}": "info"})
    page = reviewer.get("/rulebook/1/").content.decode()
    assert "In force" not in page
    assert "Put it in force again" in page
    based_on = RulebookVersion.objects.first().object_version  # type: ignore[union-attr]
    change("/rulebook/1/restore/", based_on=based_on)
    assert stored(store, alpine)["rules"] == {RULE: {"severity": "off"}}
    assert "In force" in reviewer.get("/rulebook/3/").content.decode()


def test_returning_without_a_reason_is_refused_in_words(change: Any) -> None:
    page = change("/rulebook/1/restore/", reason="").content.decode()
    assert "why it is changed" in page
    assert RulebookVersion.objects.count() == 1


def test_the_texts_of_a_rulebook_are_never_markup(
    viewer: Client, store: Any, alpine: Institution, rulebook: RulebookVersion
) -> None:
    evil = '<script>alert("x")</script>'
    document = {"format": 1, "title": evil, "own": [OWN | {"title": evil}]}
    store.put_object(Bucket=results_of(alpine), Key=CURRENT, Body=json.dumps(document).encode())
    page = viewer.get("/rulebook/").content.decode()
    assert evil not in page
    assert "&lt;script&gt;" in page
    assert "was not stored through Fundgate" in page


@pytest.mark.parametrize("template", rule_list.templates())
def test_every_rule_of_every_version_is_listed_once(template: str) -> None:
    listed = [one.rule.id for one in rule_list.listed(template, {})]
    assert len(listed) == len(set(listed))
    for pack in packs().values():
        if pack.template == template:
            assert {rule.id for rule in all_rules(pack)} <= set(listed)


def test_saving_what_a_page_shows_changes_nothing() -> None:
    rules = rule_list.listed("TPT", {})
    sent = {f"severity:{one.rule.id}": one.rule.severity for one in rules}
    sent |= {f"tolerance:{one.rule.id}": f"{one.tolerance:g}" for one in rules if one.has_tolerance}
    assert with_settings({"format": 1}, "TPT", sent, []) == {"format": 1}


def test_what_is_left_of_a_rulebook_that_cannot_be_followed_is_saved_unchanged(
    reviewer: Client, store: Any, alpine: Institution, rulebook: RulebookVersion
) -> None:
    document = {"format": 1, "rules": {"TPT-GONE": {"severity": "off"}, RULE: {"severity": "off"}}}
    kept = store.put_object(Bucket=results_of(alpine), Key=CURRENT, Body=json.dumps(document).encode())
    page = reviewer.get("/rulebook/").content.decode()
    assert "There is no rule with this id" in page
    reviewer.post("/rulebook/?template=TPT", {"based_on": kept["VersionId"], "reason": "It went."})
    assert stored(store, alpine) == {"format": 1, "rules": {RULE: {"severity": "off"}}}


def test_every_version_can_be_reached(
    reviewer: Client, store: Any, alpine: Institution, anna: User, rulebook: RulebookVersion
) -> None:
    for _ in range(9):
        put_rulebook(store, alpine, anna, {"format": 1})
    page = reviewer.get("/rulebook/").content.decode()
    assert all(reverse("rulebook_version", args=[number]) in page for number in range(1, 11))
