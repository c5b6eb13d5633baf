"""An institution's webhooks for programs: where to, and what became of each message. No secret is told."""

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
from portal.notices import selectors
from portal.notices.models import Delivery, DeliveryAttempt, Endpoint


class WebhookSerializer(serializers.ModelSerializer[Endpoint]):
    """One webhook; `active`: messages are sent there."""

    events = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Endpoint
        fields = ["id", "url", "events", "active", "created_at"]
        read_only_fields = fields


class WebhookListSerializer(serializers.Serializer[dict[str, Any]]):
    """Every webhook that was not removed, the oldest first."""

    results = WebhookSerializer(many=True)


class AttemptSerializer(serializers.ModelSerializer[DeliveryAttempt]):
    """One request: the status of the answer, or the code of why there is none."""

    class Meta:
        model = DeliveryAttempt
        fields = ["at", "status", "code", "milliseconds"]
        read_only_fields = fields


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One message, its `id` as in the header webhook-id; `next_at` is null when it is over."""

    subject = serializers.UUIDField(source="announcement.subject_id", allow_null=True, default=None)
    attempts = AttemptSerializer(many=True)

    class Meta:
        model = Delivery
        fields = ["id", "event", "subject", "state", "created_at", "next_at", "attempts"]
        read_only_fields = fields


class DeliveryQuerySerializer(PageQuerySerializer):
    """Which messages."""

    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)


class DeliveryPageSerializer(PageSerializer):
    """A page of messages, newest first."""

    results = DeliverySerializer(many=True)


class WebhooksView(APIView):
    """The institution's webhooks; for administrators."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="webhooks_list", responses={200: WebhookListSerializer, **READING})
    def get(self, request: Request) -> Response:
        """Addresses and the events they are told of."""
        found = selectors.endpoints_for(acting(request))
        return Response({"results": WebhookSerializer(found, many=True).data})


class DeliveriesView(APIView):
    """What was sent to one webhook; for administrators."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(
        operation_id="webhooks_deliveries",
        parameters=[DeliveryQuerySerializer],
        responses={200: DeliveryPageSerializer, **ONE},
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """Each message with every attempt; `state=failed` are those that are given up."""
        asked = DeliveryQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = selectors.deliveries_of(selectors.get_endpoint(acting(request), endpoint_id))
        if "state" in asked.validated_data:
            found = found.filter(state=asked.validated_data["state"])
        page = page_of(found, asked.validated_data)
        rows = DeliverySerializer(list(page.object_list), many=True).data
        return Response(paged(page, rows))
