"""A page of a list, as every address that gives a list tells it."""

from typing import Any

from django.core.paginator import Page, Paginator
from rest_framework import serializers


class PageQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Which page, and how long."""

    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    size = serializers.IntegerField(min_value=1, max_value=500, default=50)


class PageSerializer(serializers.Serializer[dict[str, Any]]):
    """Where the page stands; each list adds its `results`."""

    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()


def page_of(found: Any, asked: dict[str, Any]) -> Page[Any]:
    """The page that was asked for, or the last one there is."""
    return Paginator(found, asked["size"]).get_page(asked["page"])


def paged(page: Page[Any], rows: Any) -> dict[str, Any]:
    """The rows of a page with where it stands."""
    return {
        "results": rows, "total": page.paginator.count, "page": page.number,
        "pages": page.paginator.num_pages,
    }  # fmt: skip
