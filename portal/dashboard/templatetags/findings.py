"""The cells of a table of findings, drawn without a template each: a page of whole rows has thousands."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.dashboard.finding_table import Line

register = template.Library()
NOTHING = SafeString('<span class="muted" aria-hidden="true">–</span>')
LONG, SHORT = (
    120,
    60,
)  # characters: a longer failing cell is folded; of its neighbours the beginning is enough


@register.simple_tag
def row_cells(line: Line, tone: str) -> SafeString:
    """The cells of a finding's row, each under the label of its field, the failing one marked."""
    about_row = bool(line.finding["row"])
    return format_html_join(
        "",
        '<td role="cell" class="value" data-label="{}"{}>{}</td>',
        (
            (cell.label, SafeString(" data-marked") if cell.marked else "",
             failing_cell(cell.value, tone, about_row) if cell.marked else plain_cell(cell.value))
            for cell in line.cells
        ),
    )  # fmt: skip


@register.simple_tag
def failing_cell(value: str, tone: str, about_row: object) -> SafeString:
    """A cell found fault with: marked in its tone, a long text folded, an empty one said."""
    if len(value) > LONG:
        told = _("show all %(n)s characters") % {"n": len(value)}
        return format_html(
            '<details class="finding-value" data-tone="{}"><summary><mark>{}</mark> '
            '<span class="muted">{}</span></summary><mark>{}</mark></details>',
            tone, _short(value), told, value,
        )  # fmt: skip
    if value or about_row:
        return format_html(
            '<span class="finding-value" data-tone="{}"><mark>{}</mark></span>', tone, value or _("empty")
        )
    return NOTHING


def plain_cell(value: str) -> SafeString:
    """A cell nobody found fault with."""
    if not value:
        return format_html('{}<span class="visually-hidden">{}</span>', NOTHING, _("empty"))
    return format_html('<span class="finding-value">{}</span>', _short(value))


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
