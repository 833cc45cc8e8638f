"""Pages to sign in, up and out, and one's profile."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from dqx.users import abilities, accounts
from dqx.users.forms import RULES_OF_PASSWORDS, SignInForm, SignUpForm
from dqx.users.permissions import require_person

WELCOME = (
    "Welcome! You are a Viewer: you see all bad rows, charts, runs, scripts and references. "
    "To write scripts or to publish, ask an admin for another role."
)


class SignIn(LoginView):
    """Opens a session, and leads to where the person wanted to go, if that is here."""

    form_class = SignInForm  # type: ignore[assignment]
    template_name = "login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Where the person wanted to go; never to where they are."""
        wanted = super().get_success_url()
        return self.get_default_redirect_url() if wanted.startswith(self.request.path) else wanted

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether people may sign up."""
        return super().get_context_data(**kwargs, may_sign_up=settings.REGISTRATION_OPEN)


class SignUp(SignIn):
    """Makes a Viewer, who is signed in at once."""

    form_class = SignUpForm  # type: ignore[assignment]
    template_name = "register.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where that is open."""
        accounts.require_open()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        """Open the session, and say what a Viewer can do."""
        answer = super().form_valid(form)  # type: ignore[arg-type]
        messages.success(self.request, WELCOME)
        return answer


class SignOut(LogoutView):
    """Ends the session; by POST, so that no link does it."""

    template_name = "registration/logged_out.html"


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is and what one may; what changes goes through the API."""
    person = require_person(request.user)
    told = {"abilities": abilities.of(person.level), "zone": settings.TIME_ZONE, "password_help": RULES_OF_PASSWORDS}
    return render(request, "profile.html", told)
