"""Received deliveries by the own rules, over the API: have them checked, read what was found."""

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
from portal.api.views import ONE, READING
from sharing import services
from sharing.own_checks import OwnResult, Standing, being_checked, waiting_for_check
from sharing.selectors import get_received


class OwnCheckSerializer(serializers.Serializer[Standing]):
    """How a delivery stands: a verdict, or why there is none. `rulebook` is null for the rules as such."""

    result = serializers.ChoiceField(choices=[each.value for each in OwnResult])
    rulebook = serializers.IntegerField(source="check.rulebook.number", default=None, allow_null=True)
    counts = serializers.DictField(
        child=serializers.IntegerField(), source="check.counts", default=None, allow_null=True
    )
    checked_at = serializers.DateTimeField(source="check.checked_at", default=None, allow_null=True)


class OwnCheckDocumentSerializer(OwnCheckSerializer):
    """With the verdict document, null where there is none."""

    verdict_document = serializers.DictField(allow_null=True)


class ChecksSerializer(serializers.Serializer[dict[str, int]]):
    """How many were checked, and how many still wait: call again while any were.

    `under_way`: of those that wait, how many somebody else has checked at this moment.
    """

    checked = serializers.IntegerField()
    waiting = serializers.IntegerField()
    under_way = serializers.IntegerField()


class ReceivedChecksView(APIView):
    """What waits to be checked by the own rules."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(operation_id="received_check", request=None, responses={200: ChecksSerializer, **READING})
    def post(self, request: Request) -> Response:
        """Checks some of them, the smallest files first, with the caller's own rights."""
        actor = acting(request)
        checked = services.check_waiting(actor=actor)
        waiting, others = waiting_for_check(actor).count(), being_checked(actor)
        return Response({"checked": checked, "waiting": waiting, "under_way": others})


class ReceivedCheckView(APIView):
    """What the own rules found in one received delivery."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(operation_id="received_check_retrieve", responses={200: OwnCheckDocumentSerializer, **ONE})
    def get(self, request: Request, copy_id: int) -> Response:
        """Read with the caller's own rights."""
        actor = acting(request)
        standing, document = services.read_own_verdict(actor=actor, copy=get_received(actor, copy_id))
        return Response(OwnCheckSerializer(standing).data | {"verdict_document": document})


class ReceivedFindingsView(APIView):
    """All findings of the own rules."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(
        operation_id="received_findings", responses={(200, "text/csv"): OpenApiTypes.BINARY, **ONE}
    )
    def get(self, request: Request, copy_id: int) -> StreamingHttpResponse:
        """As csv, read with the caller's own rights."""
        actor = acting(request)
        content = services.own_findings(actor=actor, copy=get_received(actor, copy_id))
        return StreamingHttpResponse(content, content_type="text/csv")
