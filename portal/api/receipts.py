"""Signed receipts over the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.web import selectors
from ingestion.web.services.receipts import issue_receipt
from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.views import ONE


class SignatureSerializer(serializers.Serializer[dict[str, str]]):
    """Over the time of issue and the canonical JSON of the receipt."""

    algorithm = serializers.CharField()
    key_id = serializers.CharField()
    value = serializers.CharField()


class SignedReceiptSerializer(serializers.Serializer[dict[str, Any]]):
    """What was received and how it was judged, as the client's `verify-receipt` checks it."""

    receipt = serializers.DictField()
    signature = SignatureSerializer()


class ReceiptView(APIView):
    """The signed receipt of one submission."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(operation_id="submissions_receipt", responses={200: SignedReceiptSerializer, **ONE})
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Of the latest verdict, signed now; 404 before there is one. Each that is given out is recorded."""
        actor = acting(request)
        submission = selectors.get_submission(actor, submission_id)
        return Response(issue_receipt(actor=actor, submission=submission, form="json"))
