"""An institution's decisions over the API: parse, call one service or selector, render."""

import json
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.pipeline.rulebook import MAX_BYTES
from ingestion.web import selectors, services
from ingestion.web.models import ColumnMapping
from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api import decision_serializers as serializers
from portal.api.callers import acting
from portal.api.errors import DocumentTooLarge
from portal.api.views import ONE, PROBLEM, READING
from portal.common.errors import BadRequest

PROBLEMS = OpenApiResponse(serializers.ProblemsSerializer, description="application/problem+json")
WRITING = READING | {413: PROBLEM, 422: PROBLEMS}


class DecisionView(APIView):
    """Members read, reviewers write."""

    def get_permissions(self) -> list[BasePermission]:
        return [role_required(Role.REVIEWER if self.request.method == "PUT" else Role.VIEWER)()]


class MappingsView(DecisionView):
    """The institution's column mappings."""

    @extend_schema(
        operation_id="mappings_list", responses={200: serializers.MappingListSerializer, **READING}
    )
    def get(self, request: Request) -> Response:
        """Those in use first, newest first."""
        found = selectors.mappings_for(acting(request))
        return Response({"results": serializers.MappingSummarySerializer(found, many=True).data})


class MappingView(DecisionView):
    """The column mapping for one shape of header row."""

    @extend_schema(operation_id="mappings_retrieve", responses={200: serializers.MappingSerializer, **ONE})
    def get(self, request: Request, fingerprint: str) -> Response:
        """Which column is which field, as runs find it now."""
        actor = acting(request)
        mapping = selectors.get_mapping(actor, fingerprint)
        document, _version = selectors.mapping_in_force(actor, mapping.fingerprint)
        selectors.note_mapping(actor, fingerprint)
        return _mapping(mapping, document)

    @extend_schema(
        operation_id="mappings_update",
        request=serializers.DecisionChangeSerializer,
        responses={200: serializers.MappingSerializer, 409: PROBLEM, **WRITING},
    )
    def put(self, request: Request, fingerprint: str) -> Response:
        """Saves a mapping for every file of this shape; null as its document sets it aside.

        409 when another version came in between, 422 with all that is wrong with it.
        """
        change, actor = _change(request), acting(request)
        said, document = {"based_on": change["version"], "reason": change["reason"]}, change["document"]
        if document is None:
            mapping = selectors.get_mapping(actor, fingerprint)
            return _mapping(services.set_mapping_aside(actor=actor, mapping=mapping, **said), None)
        if not isinstance(document, dict) or document.get("fingerprint") != fingerprint:
            raise BadRequest("The mapping names another fingerprint than the address.")
        return _mapping(services.save_mapping(actor=actor, document=document, **said), document)


class MappingVersionsView(DecisionView):
    """The saved versions of a column mapping."""

    @extend_schema(
        operation_id="mappings_versions", responses={200: serializers.MappingVersionListSerializer, **ONE}
    )
    def get(self, request: Request, fingerprint: str) -> Response:
        """Who saved what when and why, newest first."""
        found = selectors.mapping_versions(selectors.get_mapping(acting(request), fingerprint))
        return Response({"results": serializers.MappingVersionSerializer(found, many=True).data})


class MappingVersionView(DecisionView):
    """One saved version of a column mapping."""

    @extend_schema(
        operation_id="mappings_version", responses={200: serializers.MappingVersionDocumentSerializer, **ONE}
    )
    def get(self, request: Request, fingerprint: str, number: int) -> Response:
        """As it was saved; to return to it, save its document anew."""
        actor = acting(request)
        mapping = selectors.get_mapping(actor, fingerprint)
        [found] = selectors.told(actor, mapping, [selectors.get_mapping_version(mapping, number)])
        selectors.note_mapping(actor, fingerprint, found.version)
        said = serializers.MappingVersionSerializer(found.version).data
        return Response(said | {"document": found.document})


class RulebookView(DecisionView):
    """The institution's rulebook."""

    @extend_schema(
        operation_id="rulebook_retrieve", responses={200: serializers.RulebookSerializer, **READING}
    )
    def get(self, request: Request) -> Response:
        """The one in force; an empty document when there is none."""
        actor = acting(request)
        found = selectors.rulebook_in_force(actor)
        selectors.note_rulebook(actor, found.version)
        return _rulebook(found)

    @extend_schema(
        operation_id="rulebook_update",
        request=serializers.DecisionChangeSerializer,
        responses={200: serializers.RulebookSerializer, 409: PROBLEM, **WRITING},
    )
    def put(self, request: Request) -> Response:
        """Puts a new version in force; 409 when another one came in between, 422 with all that is wrong."""
        body, actor = _change(request), acting(request)
        services.save_rulebook(
            actor=actor, document=body["document"], based_on=body["version"], reason=body["reason"]
        )
        return _rulebook(selectors.rulebook_in_force(actor))


def _rulebook(found: selectors.InForce) -> Response:
    return Response(
        {
            "number": found.saved.number if found.saved else None,
            "version": found.version,
            "sha256": found.sha256,
            "document": found.document,
        }
    )


def _mapping(mapping: ColumnMapping, document: dict[str, Any] | None) -> Response:
    return Response(serializers.MappingSummarySerializer(mapping).data | {"document": document})


def _change(request: Request) -> dict[str, Any]:
    """What a change of a decision consists of."""
    body = _body(request)
    if set(body) != {"version", "reason", "document"} or not isinstance(body["version"], str):
        raise BadRequest("Send `version` (the one it was made from), `reason` and `document`.")
    if not isinstance(body["reason"], str):
        raise BadRequest("The reason is a text.")
    return body


def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent, bounded before it is read, whatever it holds."""
    plain = request._request
    if not plain.headers.get("Content-Length", "").isdigit():
        raise BadRequest("Say in `Content-Length` how long the document is.")
    if int(plain.headers["Content-Length"]) > 2 * MAX_BYTES:
        raise DocumentTooLarge
    try:
        document = json.loads(plain.body)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise BadRequest("The body is not a JSON object.")
    return document
