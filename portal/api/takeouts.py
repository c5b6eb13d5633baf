"""Take-outs over the API: begin, count, fetch the parts."""

from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.views import ONE, PROBLEM, READING
from portal.custody import selectors, services
from portal.custody.models import Part, TakeOut

MOST_LISTED = 20
FETCHING = ONE | {409: PROBLEM}


class PartSerializer(serializers.ModelSerializer[Part]):
    """One zip file. `missing`: deleted since they were counted; `differing`: not as recorded."""

    objects_counted = serializers.IntegerField()

    class Meta:
        model = Part
        fields = ["number", "area", "objects_counted", "bytes", "taken_at", "missing", "differing"]
        read_only_fields = fields


class TakeOutSerializer(serializers.ModelSerializer[TakeOut]):
    """One take-out. Its parts are all known once its state is `ready`."""

    parts = PartSerializer(many=True)

    class Meta:
        model = TakeOut
        fields = ["id", "state", "started_at", "parts"]
        read_only_fields = fields


class TakeOutsView(APIView):
    """All that the institution has, to be fetched in parts."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="takeouts_list", responses={200: TakeOutSerializer(many=True), **READING})
    def get(self, request: Request) -> Response:
        """The latest ones, newest first."""
        found = selectors.takeouts_for(acting(request)).prefetch_related("parts")[:MOST_LISTED]
        return Response(TakeOutSerializer(found, many=True).data)

    @extend_schema(operation_id="takeouts_begin", request=None, responses={201: TakeOutSerializer, **READING})
    def post(self, request: Request) -> Response:
        """Begins one, of everything as it is now."""
        return Response(TakeOutSerializer(services.start(actor=acting(request))).data, status=201)


class TakeOutView(APIView):
    """One take-out."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="takeouts_retrieve", responses={200: TakeOutSerializer, **ONE})
    def get(self, request: Request, takeout_id: UUID) -> Response:
        """Its state and its parts."""
        return Response(TakeOutSerializer(selectors.get_takeout(acting(request), takeout_id)).data)


class CountView(APIView):
    """Finding what belongs to a take-out."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="takeouts_count", request=None, responses={200: TakeOutSerializer, **ONE})
    def post(self, request: Request, takeout_id: UUID) -> Response:
        """Finds some thousand objects more; again until the state is `ready`."""
        return Response(TakeOutSerializer(services.count(actor=acting(request), takeout_id=takeout_id)).data)


class PartView(APIView):
    """One part."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(
        operation_id="takeouts_part",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **FETCHING},
    )
    def get(self, request: Request, takeout_id: UUID, number: int) -> StreamingHttpResponse:
        """A zip file, read while it leaves; what breaks off is no zip file and is fetched anew."""
        _name, content = services.fetch(actor=acting(request), takeout_id=takeout_id, number=number)
        return StreamingHttpResponse(content, content_type="application/zip")
