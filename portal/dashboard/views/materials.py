"""The templates: what each version holds, and its workbook, example and field guide to take away."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.pipeline.catalogue import counted
from ingestion.pipeline.materials import example_rows, field_guide, template_workbook
from ingestion.pipeline.pack import Pack, packs
from portal.accounts.permissions import member_required
from portal.common.errors import NotFound
from portal.dashboard.attachments import XLSX, attachment

KINDS = {
    "workbook": ("", "xlsx", XLSX),
    "example": ("-example", "xlsx", XLSX),
    "guide": ("-fields", "md", "text/markdown; charset=utf-8"),
}
"""What can be downloaded: the end of the file name, its extension and content type."""


@require_safe
@member_required()
def templates(request: HttpRequest) -> HttpResponse:
    """Every template version, the newest of each template first."""
    found = sorted(packs().values(), key=lambda pack: pack.template)  # keeps the order of versions
    shown: dict[str, list[tuple[Pack, int]]] = {}
    for pack in found:
        shown.setdefault(pack.template, []).insert(0, (pack, sum(counted(pack).values())))
    return render(request, "dashboard/materials/page.html", {"templates": list(shown.values())})


@require_safe
@member_required()
def template_file(request: HttpRequest, template: str, version: str, kind: str) -> HttpResponseBase:
    """One file of a template version, made when it is first asked for."""
    pack = packs().get(f"{template}-{version}")
    if pack is None or kind not in KINDS:
        raise NotFound(_("There is no such template."))
    ending, extension, content_type = KINDS[kind]
    return attachment(_content(pack, kind), content_type, f"{pack.name}{ending}.{extension}")


@lru_cache(maxsize=64)
def _content(pack: Pack, kind: str) -> bytes:
    # A few dozen small files that never change: made once per process, at most 0.2 s each.
    if kind == "guide":
        return field_guide(pack).encode()
    return template_workbook(pack, example_rows(pack) if kind == "example" else [])
