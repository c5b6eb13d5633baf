"""Reading users, institutions and the actor behind a request."""

from collections.abc import Iterable
from ipaddress import ip_address
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts import seal
from portal.accounts.actor import Actor, TokenSource
from portal.accounts.models import Institution, Membership, ServiceAccount, User
from portal.accounts.roles import Role
from portal.accounts.tokens import SessionTokens, sealed_row
from portal.common.cookies import cookie_name
from portal.common.errors import NotFound

SEAL_ID = "seal_id"  # the session's only word about tokens


def actor_of_session(request: HttpRequest) -> Actor | None:
    """The actor of a browser session; None when nobody is signed in, or the seal is gone or not theirs."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    tokens = session_tokens(request, user)
    if tokens is None or not tokens.opens():
        return None
    return actor_for(user, tokens, address=client_address(request))


def session_tokens(request: HttpRequest, user: User) -> SessionTokens | None:
    """The sealed tokens of this session with the key its cookie brought; None when either is missing."""
    key = request.COOKIES.get(cookie_name(seal.COOKIE), "")
    row = sealed_row(request.session.get(SEAL_ID), user.pk) if key else None
    return SessionTokens(row=row, key=key) if row else None


def actor_for(user: User, tokens: TokenSource, *, address: str | None = None) -> Actor:
    """The actor with membership and role as the database has them now, compared with what the token says.

    Nobody acts for an institution that has left.
    """
    there = Membership.objects.select_related("institution").filter(institution__departure=None)
    membership = there.filter(user=user).first()
    if membership is None:
        return Actor(user, None, None, tokens, address=address)
    if tokens.groups != (membership.institution.code,):
        return Actor(user, None, None, tokens, conflict=True, address=address)
    return Actor(
        user,
        membership.institution,
        Role(membership.role),
        tokens,
        address=address,
        limit=membership.limit,
    )


def user_by_identity(issuer: str, subject: str) -> User | None:
    """The user of an identity provider's (issuer, subject); e-mail addresses are never compared."""
    return User.objects.filter(issuer=issuer, subject=subject).first()


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people and programs are called now, by id; a removed person may have no name any more."""
    wanted = list(ids)
    people = {user.pk: user.name or user.email for user in User.objects.filter(pk__in=wanted)}
    return people | dict(ServiceAccount.objects.filter(pk__in=wanted).values_list("pk", "name"))


def institution_by_code(code: str) -> Institution | None:
    return Institution.objects.filter(code=code).first()


def members_for(actor: Actor) -> QuerySet[Membership]:
    """The members of the person's institution by name; administrators see them."""
    institution = actor.require(Role.ADMIN)
    found = Membership.objects.filter(institution=institution).select_related("user")
    return found.order_by("user__name", "user__email", "pk")


def get_member(actor: Actor, member_id: UUID, *, lock: bool = False) -> Membership:
    """One member of the person's institution, by their user's id; NotFound for anybody else.

    `lock`: as they are now, until the transaction ends.
    """
    mine = members_for(actor)
    if lock:
        mine = mine.select_for_update(of=("self",), no_key=True)
    found = mine.filter(user_id=member_id).first()
    if found is None:
        raise NotFound
    return found


def client_address(request: HttpRequest) -> str | None:
    """The client's address as our outermost proxy saw it; what the client itself claims is not believed."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.FUNDGATE_PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        address = seen[-settings.FUNDGATE_PROXIES].strip() if len(seen) >= settings.FUNDGATE_PROXIES else ""
    try:
        return str(ip_address(address))
    except ValueError:
        return None
