"""Where the pages are found: main entries, and the pages that stand side by side under one of them."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.actor import Actor
from portal.accounts.roles import Role


@dataclass(frozen=True)
class Place:
    """A page by the name of its address; `within` are the names of pages that belong to it.

    `role` is what it takes to see it.
    """

    name: str
    title: str | Promise
    within: frozenset[str] = frozenset()
    role: Role = Role.VIEWER
    tabs: tuple["Place", ...] = field(default=())

    def holds(self, page: str) -> bool:
        """Whether a page is this one or belongs to it."""
        return page == self.name or page in self.within or any(tab.holds(page) for tab in self.tabs)


def _pages(*names: str) -> frozenset[str]:
    return frozenset(names)


PLACES: tuple[Place, ...] = (
    Place("home", _("Home"), _pages("recovery", "first_steps")),
    Place(
        "submissions",
        _("Submissions"),
        _pages(
            "submission",
            "findings",
            "row",
            "downloads",
            "receipt",
            "submission_changes",
            "withdraw",
            "correct",
            "give_reason",
            "submission_pipeline",
            "map_columns",
            "accept_rule",
            "acceptance_outcome",
        ),
        tabs=(
            Place("submissions", _("All submissions")),
            Place("approvals", _("Approvals")),
            Place("acceptances", _("Acceptances"), _pages("acceptance", "end_acceptance")),
        ),
    ),
    Place("upload", _("Upload"), role=Role.UPLOADER),
    Place(
        "calendar",
        _("Calendar"),
        tabs=(
            Place("calendar", _("Calendar")),
            Place(
                "expectations",
                _("Expected deliveries"),
                _pages("new_expectation", "expectation", "remove_expectation"),
            ),
        ),
    ),
    Place(
        "received",
        _("Exchange"),
        tabs=(
            Place("received", pgettext_lazy("page", "Received"), _pages("received_delivery")),
            Place("look_through", _("Look-through")),
            Place(
                "grants",
                _("Grants"),
                _pages(
                    *("new_grant", "grant", "edit_grant", "act_on_grant", "revoke_grant"),
                    *("expect_under_grant", "grant_rulebook"),
                ),
            ),
            Place("access", _("Access"), _pages("access_log")),
            Place("directory", _("Directory"), _pages("ask_for_access", "new_invitation")),
        ),
    ),
    Place("trends", _("Trends")),
    Place("operations", _("Pipeline")),
    Place(
        "rules",
        _("Rules"),
        tabs=(
            Place("rules", _("Catalogue"), _pages("rule")),
            Place("rulebook", _("Rulebook"), _pages("rulebook_version", "new_own_rule", "own_rule")),
            Place("mappings", _("Column mappings"), _pages("mapping", "mapping_version")),
            Place("templates", _("Templates")),
        ),
    ),
    Place(
        "members",
        _("Institution"),
        role=Role.ADMIN,
        tabs=(
            Place(
                "members", _("Members"), _pages("member", "remove_member", "limit_member"), role=Role.ADMIN
            ),
            Place("notice_defaults", _("Notices"), role=Role.ADMIN),
            Place("security", _("Security"), _pages("key_uses"), role=Role.ADMIN),
            Place(
                "service_accounts",
                _("API tokens"),
                _pages("service_account", "new_api_token"),
                role=Role.ADMIN,
            ),
            Place("sftp_keys", _("SFTP keys"), role=Role.ADMIN),
            Place("retention", _("Retention"), role=Role.ADMIN),
            Place("holds", _("Legal hold"), _pages("hold"), role=Role.ADMIN),
            Place("takeouts", _("Take-out"), _pages("takeout"), role=Role.ADMIN),
            Place("audit", _("Audit trail"), _pages("audit_chain"), role=Role.ADMIN),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """An entry as one page shows it."""

    name: str
    title: str | Promise
    current: bool


def main_links(actor: Actor, page: str) -> list[Link]:
    """The entries this person may follow."""
    return [Link(place.name, place.title, place.holds(page)) for place in PLACES if actor.may(place.role)]


def tab_links(actor: Actor, page: str) -> list[Link]:
    """The pages beside this one; none on a page that stands alone, or deeper than its tabs."""
    for place in PLACES:
        if any(tab.holds(page) for tab in place.tabs):
            return [Link(tab.name, tab.title, tab.holds(page)) for tab in place.tabs if actor.may(tab.role)]
    return []
