"""How long things are kept and what is held, over the API: the same as on the pages. For administrators."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.paging import PageQuerySerializer, PageSerializer, page_of, paged
from portal.api.views import ONE, READING
from portal.custody import held, selectors
from portal.custody.models import Hold, RetentionWish
from portal.custody.retention import STAGES, Kept, Month


class KeptSerializer(serializers.Serializer[Kept]):
    """One bucket: after `days` an object is listed no more, after `gone_after` nothing of it is left.

    `tiers`: the days on which objects move to cheaper storage.
    """

    area = serializers.ChoiceField(choices=list(STAGES))
    days = serializers.IntegerField()
    gone_after = serializers.IntegerField()
    tiers = serializers.ListField(child=serializers.IntegerField())


class MonthSerializer(serializers.Serializer[Month]):
    """How many deliveries are gone for good in the month that begins on `first`."""

    first = serializers.DateField()
    deliveries = serializers.IntegerField()


class WishSerializer(serializers.ModelSerializer[RetentionWish]):
    """Other days that were asked for and are not applied yet, by parameter; `asked_by` is a person's id."""

    days = serializers.DictField(child=serializers.IntegerField())
    asked_by = serializers.UUIDField(source="asked_by_id")

    class Meta:
        model = RetentionWish
        fields = ["id", "days", "reason", "asked_by", "asked_at"]
        read_only_fields = fields


class RetentionSerializer(serializers.Serializer[dict[str, Any]]):
    """What the institution's own buckets say; `kept` and `calendar` are empty where they do not say it."""

    kept = KeptSerializer(many=True)
    calendar = MonthSerializer(many=True)
    asked = WishSerializer(allow_null=True)


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """One hold, of everything, a `fund` or a `submission`; it stands until `released_at`. People by id."""

    submission = serializers.UUIDField(source="submission_id", allow_null=True)
    set_by = serializers.UUIDField(source="set_by_id")
    release_asked_by = serializers.UUIDField(source="release_asked_by_id", allow_null=True)
    released_by = serializers.UUIDField(source="released_by_id", allow_null=True)

    class Meta:
        model = Hold
        fields = [
            *("id", "scope", "fund", "submission", "reason", "set_by", "set_at", "release_asked_by"),
            *("release_asked_at", "release_reason", "released_by", "released_at"),
        ]
        read_only_fields = fields


class HoldDetailSerializer(HoldSerializer):
    """The same; `deliveries`: how many it holds now, or would if it still stood."""

    deliveries = serializers.IntegerField()

    class Meta(HoldSerializer.Meta):
        fields = [*HoldSerializer.Meta.fields, "deliveries"]
        read_only_fields = fields


class LocksSerializer(serializers.Serializer[held.Locks]):
    """Deliveries that are locked, are to be, cannot be yet for their run, or are without need."""

    locked = serializers.IntegerField()
    to_lock = serializers.IntegerField()
    under_way = serializers.IntegerField()
    to_unlock = serializers.IntegerField()


class HoldPageSerializer(PageSerializer):
    """A page of holds, newest first, and how the stores stand to those that count."""

    locks = LocksSerializer()
    results = HoldSerializer(many=True)


class HoldQuerySerializer(PageQuerySerializer):
    """Which holds; `standing`: those that were not released, or those that were."""

    standing = serializers.BooleanField(required=False, allow_null=True, default=None)
    scope = serializers.ChoiceField(choices=Hold.Scope.choices, required=False)


class RetentionView(APIView):
    """How long things are kept."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="retention_retrieve", responses={200: RetentionSerializer, **READING})
    def get(self, request: Request) -> Response:
        """As the buckets say to this administrator, with what is gone when."""
        actor = acting(request)
        kept = selectors.retention_said(actor)
        told = {
            "kept": kept,
            "calendar": selectors.gone_by_month(actor, kept),
            "asked": selectors.open_wish(actor),
        }
        return Response(RetentionSerializer(told).data)


class HoldsView(APIView):
    """The institution's legal holds."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(
        operation_id="holds_list",
        parameters=[HoldQuerySerializer],
        responses={200: HoldPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first, released ones too."""
        query = HoldQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, actor = query.validated_data, acting(request)
        found = held.holds_for(actor)
        if asked["standing"] is not None:
            found = found.filter(released_at__isnull=asked["standing"])
        if "scope" in asked:
            found = found.filter(scope=asked["scope"])
        page = page_of(found, asked)
        rows = HoldSerializer(list(page.object_list), many=True).data
        return Response({"locks": LocksSerializer(held.locks_for(actor)).data} | paged(page, rows))


class HoldView(APIView):
    """One legal hold."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="holds_retrieve", responses={200: HoldDetailSerializer, **ONE})
    def get(self, request: Request, hold_id: UUID) -> Response:
        """What it holds, why, and how far its release is."""
        actor = acting(request)
        found = held.get_hold(actor, hold_id)
        told = HoldSerializer(found).data | {"deliveries": held.covered_by(actor, found)}
        return Response(told)
