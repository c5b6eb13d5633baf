"""Who has access and who did read, over the API: the same as on the pages."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.paging import PageQuerySerializer, PageSerializer, page_of, paged
from portal.api.views import READING
from sharing.access import Access, accesses
from sharing.access_log import GIVEN, KINDS, RECEIVED, Line, Wanted, lines_of, log_for

DIRECTIONS = [GIVEN, RECEIVED]


class AccessSerializer(serializers.Serializer[Access]):
    """What one grant lets its recipient read of one fund; an empty `fund` means all, also later ones.

    `found`: the grant names no funds, this one was in what was handed on. `state` is that of now. A null of
    `deliveries`: what was in them is not told any more.
    """

    grant = serializers.UUIDField(source="grant.pk")
    owner = serializers.CharField(source="grant.owner.code")
    recipient = serializers.CharField(source="grant.recipient.code")
    state = serializers.CharField(source="grant.state")
    fund = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    found = serializers.BooleanField()
    deliveries = serializers.IntegerField(allow_null=True)
    last = serializers.DateTimeField(allow_null=True)


class AccessPageSerializer(PageSerializer):
    """A page of them, by the other institution's name and the fund, as of `at`."""

    at = serializers.DateTimeField()
    results = AccessSerializer(many=True)


class AccessQuerySerializer(PageQuerySerializer):
    """Which of them: `given` is who can read ours; `institution` the other one's code; `at` a past moment."""

    direction = serializers.ChoiceField(choices=DIRECTIONS, required=False, default=GIVEN)
    institution = serializers.CharField(max_length=20, required=False, default="")
    fund = serializers.CharField(max_length=255, required=False, default="")
    at = serializers.DateTimeField(required=False, default=None)


class LineSerializer(serializers.Serializer[Line]):
    """One act; `person` and `address` are of the own side only."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=list(KINDS))
    direction = serializers.SerializerMethodField()
    institution = serializers.SerializerMethodField()
    grant = serializers.UUIDField(allow_null=True)
    delivery = serializers.CharField(allow_blank=True)
    funds = serializers.ListField(child=serializers.CharField())
    file = serializers.CharField(allow_blank=True)
    person = serializers.SerializerMethodField()
    address = serializers.CharField(allow_blank=True)

    def get_direction(self, line: Line) -> str:
        """Whether it is about what is given or what is received."""
        return GIVEN if line.given else RECEIVED

    def get_institution(self, line: Line) -> str:
        """The other institution's code."""
        return line.other.code if line.other else ""

    def get_person(self, line: Line) -> UUID | None:
        """Who of the own institution."""
        return line.person.pk if line.person else None


class LogPageSerializer(PageSerializer):
    """A page of the log, newest first."""

    results = LineSerializer(many=True)


class LogQuerySerializer(PageQuerySerializer):
    """Which lines."""

    direction = serializers.ChoiceField(choices=DIRECTIONS, required=False, default="")
    institution = serializers.CharField(max_length=20, required=False, default="")
    fund = serializers.CharField(max_length=255, required=False, default="")
    kind = serializers.ChoiceField(choices=list(KINDS), required=False, default="")
    grant = serializers.UUIDField(required=False, default=None)
    since = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)


class AccessView(APIView):
    """Who can read ours, and whose we can read."""

    @extend_schema(
        operation_id="access_list",
        parameters=[AccessQuerySerializer],
        responses={200: AccessPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """By institution and fund, now or at a moment in the past."""
        query = AccessQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, now = query.validated_data, timezone.now()
        at = asked["at"] if asked["at"] and asked["at"] < now else None
        found = accesses(
            acting(request),
            given=asked["direction"] == GIVEN,
            moment=at,
            institution=asked["institution"],
            fund=asked["fund"],
        )
        page = page_of(found, asked)
        rows = AccessSerializer(list(page.object_list), many=True).data  # type: ignore[arg-type]
        return Response({"at": (at or now).isoformat()} | paged(page, rows))


class AccessLogView(APIView):
    """What was handed on, read, downloaded and deleted."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(
        operation_id="access_log",
        parameters=[LogQuerySerializer],
        responses={200: LogPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first; of the other side no person is known."""
        query = LogQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, actor = dict(query.validated_data), acting(request)
        place = {name: asked.pop(name) for name in ("page", "size")}
        page = page_of(log_for(actor, Wanted(**asked)).order_by("-number"), place)
        rows = LineSerializer(list(lines_of(actor, page.object_list)), many=True).data  # type: ignore[arg-type]
        return Response(paged(page, rows))
