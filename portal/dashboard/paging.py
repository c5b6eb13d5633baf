"""Lists in pages, and page numbers as a pager shows them."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


@dataclass(frozen=True)
class Pages:
    """`number` of `total` pages, both from 1; `shown` are the numbers to offer, None for a gap."""

    number: int
    total: int
    shown: list[int | None]

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1


def pages_of(number: int, total: int) -> Pages:
    """The first, the last and the neighbours of the present page; a gap stands for at least two pages."""
    near = {1, total, *range(number - 1, number + 2)}
    wanted = sorted(page for page in near if 1 <= page <= total)
    shown: list[int | None] = []
    for page in wanted:
        last = next((earlier for earlier in reversed(shown) if earlier), 0)
        if page - last == 2:
            shown.append(page - 1)
        elif page - last > 2:
            shown.append(None)
        shown.append(page)
    return Pages(number, total, shown)


def page_number(text: str | None) -> int:
    """The page asked for in an address; 1 for anything that is no page number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 and int(text) else 1


def page_of(request: HttpRequest, found: Any, size: int) -> Page[Any]:
    """The page of a list that the address asks for, or the last one there is."""
    return Paginator(found, size).get_page(page_number(request.GET.get("page")))


def paged(request: HttpRequest, page: Page[Any]) -> dict[str, Any]:
    """What a page and the pager below it take."""
    pages = pages_of(page.number, page.paginator.num_pages)
    return {"page": page, "pages": pages, "list_url": request.path}


def wants_list(request: HttpRequest) -> bool:
    """Whether htmx asks for a list alone; who comes back to an address gets the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request
