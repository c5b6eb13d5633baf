"""Expected deliveries over the API: parse, call one selector, render."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.schedule import selectors
from ingestion.schedule.outlook import Status
from ingestion.schedule.validation import EARLIEST, LATEST
from portal.accounts.programs.scopes import Scope
from portal.api.callers import reader
from portal.api.views import READING

MOST_DAYS = 366


class CalendarQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Days of deadlines in the institution's zone; at most a year. This month and the next, if not said."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both days within the calendar, the first one not after the last."""
        for name in ("since", "until"):
            if name in attrs and not EARLIEST <= attrs[name] <= LATEST:
                raise serializers.ValidationError({name: f"Give a day from {EARLIEST} to {LATEST}."})
        since = attrs.get("since") or timezone.localdate().replace(day=1)
        until = attrs.get("until") or min(since + timedelta(days=61), LATEST)
        if not since <= until <= since + timedelta(days=MOST_DAYS):
            raise serializers.ValidationError(
                {"until": f"Give a day at most {MOST_DAYS} days after `since`."}
            )
        return attrs | {"since": since, "until": until}


class ExpectedSerializer(serializers.Serializer[Any]):
    """One expected delivery; `fund` is empty for a file whatever funds it names."""

    expectation = serializers.UUIDField(source="expectation.id")
    fund = serializers.CharField(source="expectation.fund", allow_blank=True)
    template = serializers.CharField(source="expectation.template")
    frequency = serializers.CharField(source="expectation.frequency")
    valuation_date = serializers.DateField(source="occurrence.valuation")
    due = serializers.DateTimeField(source="occurrence.due")
    status = serializers.ChoiceField(choices=Status.choices)
    submission = serializers.UUIDField(source="arrival.submission", allow_null=True, default=None)
    received_at = serializers.DateTimeField(source="arrival.at", allow_null=True, default=None)


class ExpectedListSerializer(serializers.Serializer[dict[str, Any]]):
    """By deadline."""

    results = ExpectedSerializer(many=True)


class CalendarView(APIView):
    """What is expected of the institution."""

    scope = Scope.CALENDAR

    @extend_schema(
        operation_id="calendar_list",
        parameters=[CalendarQuerySerializer],
        responses={200: ExpectedListSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Every delivery whose deadline falls between two days, and what came of it."""
        query = CalendarQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        entries = selectors.calendar(reader(request), wanted["since"], wanted["until"])
        found = [entry for entry in entries if wanted.get("status") in (None, entry.status)]
        return Response({"results": ExpectedSerializer(found, many=True).data})
