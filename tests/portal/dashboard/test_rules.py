"""The pages of the rule catalogue: filters in the address, one rule with its texts, the way back."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.catalogue import entries_of, find_entry, select, shared
from ingestion.pipeline.pack import find_pack, pack_names
from portal.dashboard.views.rules import PAGE_SIZE

RULE = "TPT-P02-NET-ASSETS"


def page_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, address
    return response.content.decode()


def listed(page: str) -> list[str]:
    return re.findall(r'<tr role="row" data-rule="([^"]+)"', page)


def counted(page: str) -> int:
    found = re.search(r'id="rule-list-title">([\d,]+|One) rules?<', page)
    assert found
    return 1 if found[1] == "One" else int(found[1].replace(",", ""))


def test_the_catalogue_holds_every_rule_once_in_pages_with_addresses(viewer: Client) -> None:
    address = reverse("rules")
    page = page_of(viewer, address)
    everything = shared(select())
    assert counted(page) == len(everything)
    assert listed(page) == [each.rule.id for each in everything[:PAGE_SIZE]]
    assert f'href="{address}?page=2"' in page
    second = page_of(viewer, f"{address}?page=2")
    assert listed(second) == [each.rule.id for each in everything[PAGE_SIZE : 2 * PAGE_SIZE]]


@pytest.mark.parametrize(("template", "version"), pack_names())
def test_template_and_version_narrow_to_exactly_that_version(
    viewer: Client, template: str, version: str
) -> None:
    page = page_of(viewer, f"{reverse('rules')}?template={template}&version={version}")
    assert counted(page) == len(entries_of(find_pack(template, version)))
    links = re.findall(r'href="/rules/([A-Z]+)/([0-9.]+)/', page)
    assert set(links) == {(template, version)}


def test_severity_and_words_narrow_further(viewer: Client) -> None:
    page = page_of(viewer, f"{reverse('rules')}?template=TPT&severity=warning&q=net+assets")
    assert RULE in listed(page)
    assert set(re.findall(r'data-rule="[^"]+" data-severity="(\w+)"', page)) == {"warning"}
    assert RULE not in listed(page_of(viewer, f"{reverse('rules')}?template=TPT&severity=error&q=net+assets"))


@pytest.mark.parametrize(
    "query", ["q=no+such+words+anywhere", "template=TPT&version=4.3", "q=%3Cscript%3Ealert(1)%3C/script%3E"]
)
def test_what_fits_nothing_is_said_with_a_way_out(viewer: Client, query: str) -> None:
    page = page_of(viewer, f"{reverse('rules')}?{query}")
    assert "No rule fits these filters" in page
    assert "<script>alert" not in page
    assert f'href="{reverse("rules")}">Show all rules' in page


@pytest.mark.parametrize("query", ["template=XYZ", "version=99", "severity=bad", "page=9999", "page=x"])
def test_nonsense_in_the_address_is_no_error(viewer: Client, query: str) -> None:
    assert listed(page_of(viewer, f"{reverse('rules')}?{query}"))


def test_htmx_gets_the_list_alone(viewer: Client) -> None:
    page = page_of(viewer, f"{reverse('rules')}?q=ISIN", HX_Request="true")
    assert "<html" not in page
    assert 'id="rule-list"' in page
    assert "<html" in page_of(viewer, f"{reverse('rules')}?q=ISIN")


def test_a_rule_is_explained_with_texts_fields_and_tolerance(viewer: Client) -> None:
    page = page_of(viewer, reverse("rule", args=["TPT", "7.0", RULE]))
    entry = find_entry("TPT", "7.0", RULE)
    assert entry
    assert all(text in page for text in (entry.rule.title, entry.rule.how_to_fix, entry.rule.reference))
    assert "24 Market valuation in portfolio currency (B)" in page
    assert "0.1 % of the expected value" in page
    assert "Only where" not in page
    assert reverse("rule", args=["TPT", "6.0", RULE]) in page


def test_a_condition_is_said_in_words(viewer: Client) -> None:
    conditional = next(each for each in select("TPT", "7.0") if each.rule.when)
    page = page_of(viewer, reverse("rule", args=["TPT", "7.0", conditional.rule.id]))
    assert conditional.rule.when
    assert f"Only where {conditional.rule.when.words}." in page


def test_a_rule_of_another_use_and_one_of_the_quality_step_say_so(viewer: Client) -> None:
    off = next(each for each in select("TPT", "7.0") if each.rule.profile)
    quality = next(each for each in select("TPT", "7.0") if each.by_quality)
    switched, plain = "rulebook switches that use on", "compared with itself"
    pages = {
        each: page_of(viewer, reverse("rule", args=["TPT", "7.0", each.rule.id])) for each in (off, quality)
    }
    assert switched in pages[off] and plain not in pages[off]
    assert plain in pages[quality] and switched not in pages[quality]


@pytest.mark.parametrize("args", [["TPT", "7.0", "NOPE"], ["TPT", "1.0", RULE], ["XYZ", "7.0", RULE]])
def test_a_rule_that_does_not_exist_is_not_found(viewer: Client, args: list[str]) -> None:
    assert viewer.get(reverse("rule", args=args)).status_code == 404


def test_the_way_back_leads_to_a_submission_and_nowhere_else(viewer: Client) -> None:
    address, came_from = reverse("rule", args=["TPT", "7.0", RULE]), uuid4()
    assert reverse("submission", args=[came_from]) in page_of(viewer, f"{address}?from={came_from}")
    for nonsense in ("//evil.example", "javascript:alert(1)", ""):
        page = page_of(viewer, f"{address}?from={nonsense}")
        assert "Back to the submission" not in page
        assert "evil.example" not in page


def test_every_rule_of_every_version_has_a_page(viewer: Client) -> None:
    """One of each kind of each version, by the view alone."""
    kinds: dict[Any, Any] = {}
    for each in select():
        kinds.setdefault((each.pack.name, each.rule.kind), each)
    for each in list(kinds.values())[:: max(1, len(kinds) // 40)]:
        page_of(viewer, reverse("rule", args=[each.pack.template, each.pack.version, each.rule.id]))


def test_a_rule_is_shown_with_cells_that_keep_and_break_it(viewer: Client) -> None:
    page = viewer.get(reverse("rule", args=["TPT", "7.0", "TPT-FORMAT-21"])).content.decode()
    shown = page.split("data-example")[1].split("</section>")[0]
    assert "<mark>EURO</mark>" in shown
    assert "EUR</span>" in shown
    assert "What is then said" in shown
    several = viewer.get(reverse("rule", args=["TPT", "7.0", "TPT-P05-CONSTANT-5"])).content.decode()
    assert "These rows are right" in several
    of_a_file = viewer.get(reverse("rule", args=["TPT", "7.0", "TPT-FILE-WIDTH"])).content.decode()
    assert '<th scope="col">—</th>' in of_a_file and "<mark>extra</mark>" in of_a_file


def test_a_rule_that_compares_is_shown_with_what_it_compares(viewer: Client) -> None:
    jump = page_of(viewer, reverse("rule", args=["TPT", "7.0", "TPT-Q11-NAV-JUMP"]))
    shown = jump.split("data-example")[1].split("</section>")[0]
    assert shown.count("<caption>") == 3 and "<caption>Delivered before</caption>" in shown
    assert shown.count("<tbody><tr>") == shown.count("<tr>") // 2, "one line for the fund, whatever its rows"
    assert "<mark>1800000</mark>" in shown
    costs = page_of(viewer, reverse("rule", args=["EMT", "4.3", "EMT-X01-ONGOING-COST"]))
    assert "In the EPT of the same share class" in costs and "03060" in costs
    outlier = page_of(viewer, reverse("rule", args=["TPT", "7.0", "TPT-Q03-BOND-PRICE-OUTLIER"]))
    assert "16 more rows are like these." in outlier
