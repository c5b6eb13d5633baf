"""Look-through over all received funds: sums by instrument, issuer, country, CIC or currency."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AwsError
from portal.accounts.permissions import member_required
from portal.common.errors import FundgateError
from portal.common.pieces import csv_pieces
from portal.dashboard.attachments import attachment
from portal.dashboard.forms import Narrowing
from portal.dashboard.selectors import sentence_of
from sharing import services
from sharing.look_through import Line, Sums, add_up, name_of
from sharing.services.looking_through import MOST_DELIVERIES, MOST_ROWS, SECONDS

SHOWN = 50
"""Lines on the page; the csv has all."""
COLUMNS = ("key", "name", "value", "currency", "share", "positions", "funds")
VIEWS = [
    ("instrument", _("Instrument")),
    ("issuer", _("Issuer")),
    ("country", _("Country of the issuer")),
    ("cic", _("CIC class")),
    ("currency", _("Currency of the instrument")),
]


class LookThroughFilter(Narrowing):
    """By what is added up, and of the funds of which currency."""

    by = forms.ChoiceField(label=_("Added up by"), choices=VIEWS)
    currency = forms.ChoiceField(label=_("Funds in"))

    @property
    def view(self) -> str:
        return str(self.data.get("by") if self.data.get("by") in dict(VIEWS) else VIEWS[0][0])

    def offer(self, sums: Sums) -> None:
        """Lets a person choose among the currencies that funds are in."""
        self.fields["currency"].choices = [(code, code) for code in sums.currencies]  # type: ignore[attr-defined]


@require_safe
@member_required()
def look_through(request: HttpRequest) -> HttpResponseBase:
    """The page."""
    actor, form = request.actor, LookThroughFilter(request.GET)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"form": form, "view": form.view, "word": dict(VIEWS)[form.view]}
    try:
        looked = services.look_through(actor=actor)
    except (AwsError, FundgateError) as error:
        context["problem"] = sentence_of(error)
    else:
        sums = add_up(looked.parts, form.view, request.GET.get("currency", ""))
        form.offer(sums)
        most = max((abs(line.value) for line in sums.lines), default=0)
        context |= {
            "looked": looked,
            "sums": sums,
            "lines": [
                (line, name_of(line, form.view), 100 * abs(line.value) / most if most else 0)
                for line in sums.lines[:SHOWN]
            ],
            "left": max(0, len(sums.lines) - SHOWN),
            "bounds": {"deliveries": MOST_DELIVERIES, "rows": MOST_ROWS, "seconds": SECONDS},
        }
    return render(request, "dashboard/exchange/look_through.html", context)


@require_safe
@member_required()
def look_through_csv(request: HttpRequest) -> HttpResponseBase:
    """All lines of a view in one currency."""
    actor, form = request.actor, LookThroughFilter(request.GET)  # type: ignore[attr-defined]
    looked = services.look_through(actor=actor)
    sums = add_up(looked.parts, form.view, request.GET.get("currency", ""))
    content = csv_pieces(COLUMNS, (_row(line, sums.currency, form.view) for line in sums.lines))
    return attachment(b"".join(content), "text/csv; charset=utf-8", f"look-through-{form.view}.csv")


def _row(line: Line, currency: str, view: str) -> tuple[Any, ...]:
    name, value, share = name_of(line, view), f"{line.value:.2f}", f"{line.share:.6f}"
    return line.key, name, value, currency, share, line.positions, line.funds
