"""The templates' page and its downloads."""

import io
import re

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.catalogue import entries_of
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.pack import find_pack, pack_names


def test_every_version_is_there_with_its_fields_rules_and_downloads(viewer: Client) -> None:
    page = viewer.get(reverse("templates")).content.decode()
    assert sorted(re.findall(r'data-template="([^"]+)"', page)) == sorted(
        "-".join(name) for name in pack_names()
    )
    for name in pack_names():
        pack = find_pack(*name)
        row = page.partition(f'data-template="{pack.name}"')[2].partition("</tr>")[0]
        assert f">{len(pack.fields):,}<" in row
        assert f">{len(entries_of(pack)):,}<" in row
        for kind in ("workbook", "example", "guide"):
            assert f'href="{reverse("template_file", args=[*name, kind])}"' in row


@pytest.mark.parametrize(("template", "version"), pack_names())
def test_the_workbook_and_the_example_are_recognised_as_what_they_are(
    viewer: Client, template: str, version: str
) -> None:
    fields = len(find_pack(template, version).fields)
    for kind, rows in (("workbook", 0), ("example", 1)):
        response = viewer.get(reverse("template_file", args=[template, version, kind]))
        ending = "-example" if kind == "example" else ""
        assert response["Content-Disposition"] == f'attachment; filename="{template}-{version}{ending}.xlsx"'
        sheet = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True).worksheets[0]
        assert len(next(sheet.iter_rows(values_only=True))) == fields
        if rows:
            inspection = inspect_file(response.content)
            assert (inspection.template, inspection.version) == (template, version)
            assert len(parse_file(response.content, inspection).row_numbers) >= rows


def test_the_guide_is_text(viewer: Client) -> None:
    response = viewer.get(reverse("template_file", args=["EMT", "4.3", "guide"]))
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.content.decode().startswith("# EMT 4.3: field guide")


@pytest.mark.parametrize("args", [["TPT", "7.0", "other"], ["TPT", "1.0", "guide"], ["XYZ", "7.0", "guide"]])
def test_what_does_not_exist_is_not_found(viewer: Client, args: list[str]) -> None:
    assert viewer.get(reverse("template_file", args=args)).status_code == 404
