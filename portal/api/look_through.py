"""Look-through over the API: positions of all received funds, added up."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.views import READING
from sharing import services
from sharing.look_through import VIEWS, Line, add_up, name_of


class LookThroughQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """By what is added up, and of the funds of which currency: that of the most funds without it."""

    by = serializers.ChoiceField(choices=list(VIEWS), required=False, default="instrument")
    currency = serializers.CharField(max_length=3, required=False, default="")


class LookThroughLineSerializer(serializers.Serializer[Line]):
    """One sum; `value` is in the currency of the answer, `share` of the total, below 0 for what is owed."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    value = serializers.FloatField()
    share = serializers.FloatField()
    positions = serializers.IntegerField()
    funds = serializers.IntegerField()


class LookThroughSerializer(serializers.Serializer[dict[str, Any]]):
    """All sums, the largest first, and what they leave out.

    `left_out` are positions that name no fund or have no value, `not_proven` received deliveries whose proof
    failed, `too_much` how many are beyond the bounds. `deliveries` are those that were read.
    """

    by = serializers.ChoiceField(choices=list(VIEWS))
    currency = serializers.CharField(allow_blank=True)
    currencies = serializers.ListField(child=serializers.CharField())
    total = serializers.FloatField()
    left_out = serializers.IntegerField()
    deliveries = serializers.ListField(child=serializers.IntegerField())
    not_proven = serializers.ListField(child=serializers.IntegerField())
    too_much = serializers.IntegerField()
    results = LookThroughLineSerializer(many=True)


class LookThroughView(APIView):
    """The positions of all received funds."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(
        operation_id="look_through",
        parameters=[LookThroughQuerySerializer],
        responses={200: LookThroughSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Added up in the request, read with the caller's own rights; each delivery's reading is recorded."""
        asked = LookThroughQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        by = asked.validated_data["by"]
        looked = services.look_through(actor=acting(request))
        sums = add_up(looked.parts, by, asked.validated_data["currency"])
        return Response(
            {
                "by": by,
                "currency": sums.currency,
                "currencies": sums.currencies,
                "total": round(sums.total, 2),
                "left_out": sums.left_out,
                "deliveries": [copy.pk for copy, _funds in looked.taken],
                "not_proven": [copy.pk for copy in looked.not_proven],
                "too_much": looked.too_much,
                "results": [_told(line, by) for line in sums.lines],
            }
        )


def _told(line: Line, by: str) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": name_of(line, by),
        "value": round(line.value, 2),
        "share": round(line.share, 6),
        "positions": line.positions,
        "funds": line.funds,
    }
