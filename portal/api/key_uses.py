"""Who used the institution's key, over the API: the same as on its page. For administrators."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.aws.key_uses import WHO, KeyUse
from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.views import PROBLEM, READING
from portal.custody.key_uses import MOST_OF_A_MARK, History, Wanted, history_for


class KeyUseSerializer(serializers.Serializer[KeyUse]):
    """One call with the key as AWS noted it; `act` is its name at AWS, `error` why it was refused.

    `name`: the role, user, service or institution. `identity`: who of the own institution, by their id at the
    identity pool; `person`: the same by their id here, null where it is not known. Of other institutions
    neither is told, nor an address. `area`: which own bucket it was for. Through S3 one line may stand for
    many files.
    """

    id = serializers.CharField()
    at = serializers.DateTimeField()
    act = serializers.CharField()
    who = serializers.ChoiceField(choices=list(WHO))
    name = serializers.CharField(allow_blank=True)
    identity = serializers.CharField(allow_blank=True, source="person")
    person = serializers.SerializerMethodField()
    address = serializers.CharField(allow_blank=True)
    through = serializers.CharField(allow_blank=True)
    area = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)

    def get_person(self, use: KeyUse) -> UUID | None:
        """Who of the own institution."""
        people: dict[str, UUID] = self.context["people"]
        return people.get(use.person)


class HistorySerializer(serializers.Serializer[History]):
    """A page, newest first; `after` asks for the next one with the same query, "" at the end.

    A page may be empty although more follow.
    """

    after = serializers.CharField(allow_blank=True)
    results = KeyUseSerializer(many=True, source="uses")


class HistoryQuerySerializer(serializers.Serializer[Wanted]):
    """Which uses; AWS keeps 90 days."""

    who = serializers.ChoiceField(choices=list(WHO), required=False, default="")
    since = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)
    after = serializers.CharField(max_length=MOST_OF_A_MARK, required=False, default="")


class KeyUsesView(APIView):
    """Who used the key."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(
        operation_id="key_uses",
        parameters=[HistoryQuerySerializer],
        responses={200: HistorySerializer, **READING, 409: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """As AWS tells it at this moment; the reading is recorded."""
        query = HistoryQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = history_for(acting(request), Wanted(**query.validated_data))
        return Response(HistorySerializer(found, context={"people": found.people}).data)
