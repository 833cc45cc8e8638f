"""/api/auth/: signing up, in and out, tokens, one's own profile, and people for admins."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import ListQuery
from dqx.rest.doors import View, accepts
from dqx.users import accounts, people
from dqx.users.bodies import (
    Credentials,
    NewPassword,
    PersonChanges,
    PersonFields,
    Profile,
    Refresh,
    Registration,
    SignedIn,
    TokenPair,
    UserBody,
)
from dqx.users.sign_ups import SignUpThrottle


class _Open(View):
    """For those who are not signed in yet."""

    authentication_classes = ()
    permission_classes = ()


class Register(_Open):
    """Sign up."""

    throttle_classes = [SignUpThrottle]

    @accepts(body=Registration, returns={201: UserBody}, refuses=(403, 409, 429))
    def post(self, request: Request) -> Response:
        """201 the user, a Viewer."""
        return Response(UserBody(accounts.register(**self.values)).data, status=201)


class Login(_Open):
    """Sign in."""

    @accepts(body=Credentials, returns={200: SignedIn}, refuses=(401, 429))
    def post(self, request: Request) -> Response:
        """200 {access, refresh, user}."""
        user = accounts.sign_in(request._request, **self.values)
        return Response({**accounts.tokens_for(user), "user": UserBody(user).data})


class RefreshTokens(_Open):
    """Get new tokens."""

    @accepts(body=Refresh, returns={200: TokenPair}, refuses=(401,))
    def post(self, request: Request) -> Response:
        """200 {access, refresh}; the refresh token that was sent is used up."""
        return Response(accounts.renew(**self.values))


class Logout(_Open):
    """Sign out."""

    @accepts(body=Refresh, returns={204: None}, refuses=(401,))
    def post(self, request: Request) -> Response:
        """204; the refresh token is dead."""
        accounts.sign_out(**self.values)
        return Response(status=204)


class Me(View):
    """One's own profile."""

    @accepts(returns={200: UserBody})
    def get(self, request: Request) -> Response:
        """200 the user."""
        return Response(UserBody(_person(request)).data)

    @accepts(body=Profile, returns={200: UserBody}, refuses=(409,))
    def patch(self, request: Request) -> Response:
        """200 the user."""
        return Response(UserBody(accounts.update_profile(actor=_person(request), **self.values)).data)


class MyPassword(View):
    """One's own password."""

    @accepts(body=NewPassword, returns={200: TokenPair}, refuses=(429,))
    def post(self, request: Request) -> Response:
        """200 new tokens; all others, and the other sessions, have ended."""
        return Response(accounts.change_password(request._request, actor=_person(request), **self.values))


class People(View):
    """Everybody who can sign in."""

    @accepts(query=ListQuery, returns={200: [UserBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by name."""
        page = people.listed(actor=request.user, place=self.place("people"), size=self.query["page_size"])
        return self.listed("people", page, UserBody(page.rows, many=True).data)

    @accepts(body=PersonFields, returns={201: UserBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """201 the user."""
        made = people.create(actor=request.user, **self.values)
        return Response(UserBody(made).data, status=201, headers={"Location": f"/api/auth/users/{made.pk}/"})


class OnePerson(View):
    """Somebody who can sign in."""

    @accepts(returns={200: UserBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the user."""
        return Response(UserBody(people.get(pk, actor=request.user)).data)

    @accepts(body=PersonChanges, returns={200: UserBody}, refuses=(409,))
    def patch(self, request: Request, pk: int) -> Response:
        """200 the user."""
        return Response(UserBody(people.update(pk, actor=request.user, **self.values)).data)

    put = patch

    @accepts(returns={204: None}, refuses=(409,))
    def delete(self, request: Request, pk: int) -> Response:
        """204."""
        people.delete(pk, actor=request.user)
        return Response(status=204)


def _person(request: Request) -> Any:
    return request.user
