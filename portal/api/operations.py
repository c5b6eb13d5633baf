"""Figures of the institution's runs for programs: the same as on the operations page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.web.selectors.figures import WINDOWS, figures
from ingestion.web.states import State
from portal.accounts.programs.scopes import Scope
from portal.api.callers import reader
from portal.api.views import READING


class OperationsQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Of how many days, today among them."""

    days = serializers.ChoiceField(choices=WINDOWS, required=False, default=30)


class DaySerializer(serializers.Serializer[Any]):
    """Runs that ended on one day, by how they ended."""

    day = serializers.DateField()
    verdict = serializers.IntegerField()
    broke_off = serializers.IntegerField()
    sign_in = serializers.IntegerField()


class StepTimesSerializer(serializers.Serializer[Any]):
    """One step over all runs; seconds are null where nothing was timed."""

    name = serializers.CharField()
    runs = serializers.IntegerField()
    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    broke_off = serializers.IntegerField()


class WaitingSerializer(serializers.Serializer[Any]):
    """A submission that waits, and since when."""

    submission = serializers.UUIDField(source="id")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.choices)
    code = serializers.CharField(allow_blank=True)
    since = serializers.DateTimeField(source="state_since")


class FiguresSerializer(serializers.Serializer[Any]):
    """`success` is the share of runs that reached a verdict; `p50` and `p95` are their seconds.

    `cost` is estimated US dollars for a file with a verdict, `cost_all` for all runs. `cut`: there were more
    runs than are counted. `waiting` names the first 50 of `waiting_count`.
    """

    since = serializers.DateTimeField(source="operations.since")
    ended = serializers.IntegerField()
    verdicts = serializers.IntegerField()
    success = serializers.FloatField(allow_null=True)
    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    cost_all = serializers.FloatField()
    cut = serializers.BooleanField(source="operations.cut")
    days = DaySerializer(source="by_day", many=True)
    steps = StepTimesSerializer(many=True)
    waiting = WaitingSerializer(source="operations.waiting", many=True)
    waiting_count = serializers.IntegerField(source="operations.waiting_count")


class OperationsView(APIView):
    """All runs of the institution."""

    scope = Scope.OPERATIONS

    @extend_schema(
        operation_id="operations_retrieve",
        parameters=[OperationsQuerySerializer],
        responses={200: FiguresSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """How many ended how, how long they and their steps took, what they cost, and which wait."""
        query = OperationsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(FiguresSerializer(figures(reader(request), int(query.validated_data["days"]))).data)
