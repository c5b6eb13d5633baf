"""Trends: how errors, completeness and each rule went over the last deliveries of a fund or of a template."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AwsError
from portal.accounts.permissions import member_required
from portal.common.errors import FundgateError
from portal.dashboard import trend_reading
from portal.dashboard.charts import bar_chart, line_chart
from portal.dashboard.forms import Narrowing
from portal.dashboard.selectors import sentence_of
from portal.dashboard.templatetags.fundgate import day
from portal.dashboard.trends import RuleHistory, Trend, fund_mark, trend_of


class TrendFilter(Narrowing):
    """Of which fund or template, and of which rule."""

    of = forms.ChoiceField(label=lazy("Fund and template"))
    rule = forms.ChoiceField(label=lazy("Rule"))

    def __init__(self, *args: Any, offered: list[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[str, tuple[str, str]] = {}
        choices = []
        for template, fund, name in offered:
            if fund:
                key = f"{template}.{fund_mark(fund)}"
                self._known[key] = template, fund
                choices.append((key, f"{name or fund} ({fund}), {template}"))
        for template in sorted({template for template, _fund, _name in offered}):
            self._known[template] = template, ""
            choices.append((template, _("All funds, %(template)s") % {"template": template}))
        self.fields["of"].choices = choices  # type: ignore[attr-defined]

    def series(self) -> tuple[str, str]:
        """Template and fund ("" for all), as chosen, else of what was delivered last."""
        chosen = self._known.get(self.data.get("of", ""))
        return chosen or next(iter(self._known.values()))

    def offer(self, trend: Trend) -> None:
        """Lets a person choose among the rules that had findings."""
        named = sorted((one.document["title"], one.document["rule"]) for one in trend.rules)
        rules = [(rule, f"{title} ({rule})") for title, rule in named]
        self.fields["rule"].choices = [("", _("All rules together")), *rules]  # type: ignore[attr-defined]


@require_safe
@member_required()
def trends(request: HttpRequest) -> HttpResponse:
    """The page."""
    actor = request.actor  # type: ignore[attr-defined]
    offered = trend_reading.offered(actor)
    context: dict[str, Any] = {"offered": bool(offered)}
    if offered:
        form = TrendFilter(request.GET, offered=offered)
        template, fund = form.series()
        deliveries = trend_reading.deliveries(actor, template, fund)
        context |= {"form": form, "template": template, "fund": fund}
        try:
            trend = trend_of(deliveries, trend_reading.verdicts(actor, deliveries), fund)
        except (AwsError, FundgateError) as error:
            context["problem"] = sentence_of(error)
        else:
            form.offer(trend)
            context |= _drawn(trend, form.chosen("rule"))
    return render(request, "dashboard/trends/page.html", context)


def _drawn(trend: Trend, rule_id: str | None) -> dict[str, Any]:
    """The trend with its charts: of one rule if it is known, else of all errors and warnings."""
    labels = [day(point.date) for point in trend.points]
    rule = next((one for one in trend.rules if one.document["rule"] == rule_id), None)
    bars = [_bar(rule, i) for i in range(len(labels))] if rule else [
        {"bad": point.errors or 0, "warn": point.warnings or 0} for point in trend.points
    ]  # fmt: skip
    return {
        "trend": trend,
        "rule": rule,
        "findings_chart": bar_chart(bars, labels),
        "score_chart": line_chart([point.score for point in trend.points], labels),
        "has_score": any(point.score is not None for point in trend.points),
    }


def _bar(rule: RuleHistory, place: int) -> dict[str, int]:
    tone = "bad" if rule.document["severity"] == "error" else "warn"
    return {tone: rule.counts[place] or 0}
