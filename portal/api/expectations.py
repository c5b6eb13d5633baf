"""What is expected of the institution, for programs: the terms; the calendar says what came of them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.schedule import selectors
from ingestion.schedule.models import Expectation
from portal.accounts.programs.scopes import Scope
from portal.api.callers import reader
from portal.api.paging import PageQuerySerializer, PageSerializer, page_of, paged
from portal.api.views import READING


class ExpectationSerializer(serializers.ModelSerializer[Expectation]):
    """One expected delivery; `fund` is empty for a file whatever funds it names.

    `day` is of the week for a weekly one, else of the month, where 31 is its last. `month` is one in which a
    quarterly or yearly one falls. The deadline is `at`, `business_days` after the valuation day; people are
    reminded `remind_days` business days before it, 0: not at all.
    """

    set_by = serializers.CharField(source="set_by.name")

    class Meta:
        model = Expectation
        fields = [
            *("id", "fund", "template", "frequency", "day", "month", "business_days", "at", "calendar"),
            *("remind_days", "starts", "ends", "set_by", "set_at"),
        ]
        read_only_fields = fields


class ExpectationPageSerializer(PageSerializer):
    """A page of expected deliveries, and the zone in which every deadline is meant."""

    zone = serializers.CharField()
    results = ExpectationSerializer(many=True)


class ExpectationsView(APIView):
    """The terms of every expected delivery."""

    scope = Scope.CALENDAR

    @extend_schema(
        operation_id="expectations_list",
        parameters=[PageQuerySerializer],
        responses={200: ExpectationPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """By fund and template."""
        asked = PageQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        caller = reader(request)
        page = page_of(selectors.expectations_for(caller), asked.validated_data)
        rows = ExpectationSerializer(list(page.object_list), many=True).data
        return Response({"zone": selectors.zone_for(caller)} | paged(page, rows))
