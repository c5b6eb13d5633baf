"""Notices over the API: what a program asks for that cannot take a webhook."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.actor import Actor, actor_of
from portal.accounts.programs.scopes import Scope
from portal.api.callers import reader
from portal.api.paging import PageQuerySerializer, PageSerializer, page_of, paged
from portal.api.views import READING
from portal.notices.models import Announcement, Notice
from portal.notices.selectors import announcements_for, notices_for
from portal.notices.texts import text_of


class NoticeSerializer(serializers.Serializer[Notice]):
    """One notice; `about` holds the numbers, states and codes of the event."""

    id = serializers.IntegerField()
    event = serializers.CharField(source="announcement.event")
    subject = serializers.UUIDField(source="announcement.subject_id")
    about = serializers.DictField(source="announcement.about")
    title = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="announcement.created_at")
    read_at = serializers.DateTimeField(allow_null=True)

    def get_title(self, notice: Notice) -> str:
        """What the notice says, in a few words."""
        return text_of(notice.announcement.event, notice.announcement.about).title


class NoticePageSerializer(PageSerializer):
    """A page of notices, newest first."""

    results = NoticeSerializer(many=True)


class NoticeQuerySerializer(PageQuerySerializer):
    """Which notices."""

    unread = serializers.BooleanField(required=False, default=False)


class NoticesView(APIView):
    """The caller's own notices; of a program what every member can be told of."""

    scope = Scope.NOTICES

    @extend_schema(
        operation_id="notices_list",
        parameters=[NoticeQuerySerializer],
        responses={200: NoticePageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first; only unread ones with `unread=true`. Looking does not mark them as read.

        A program has read none: `unread` changes nothing for it, and `id` is that of what was announced.
        """
        asked = NoticeQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        actor = actor_of(request._request)
        found: QuerySet[Notice] | QuerySet[Announcement]
        found = announcements_for(reader(request)) if actor is None else _notices(actor, asked.validated_data)
        page = page_of(found, asked.validated_data)
        told = [one if isinstance(one, Notice) else _unread(one) for one in page.object_list]
        rows = NoticeSerializer(told, many=True).data  # type: ignore[arg-type]
        return Response(paged(page, rows))


def _notices(actor: Actor, asked: dict[str, Any]) -> QuerySet[Notice]:
    found = notices_for(actor)
    return found.filter(read_at__isnull=True) if asked["unread"] else found


def _unread(announcement: Announcement) -> Notice:
    """An announcement as a notice of nobody, which is not stored."""
    return Notice(id=announcement.pk, announcement=announcement)
