"""Forms to sign in and to sign up, whose rules are those of `accounts`."""

from typing import Any

from django import forms
from django.http import HttpRequest

from dqx.forms import Checked
from dqx.users import accounts, sign_ups
from dqx.users.models import User

LONGEST_PASSWORD = 4_096
RULES_OF_PASSWORDS = (
    "At least 8 characters, not only digits, none of those that everybody takes, and nothing like your name or e-mail."
)


class _Account(Checked, forms.Form):
    """Name and password; whose they are is in `person` once the form is valid."""

    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput)
    person: User

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autofocus": True}

    def get_user(self) -> User:
        """Whom Django's view is to open a session for."""
        return self.person


class SignInForm(_Account):
    """For those who have an account. Wrong names and wrong passwords are told in the same words."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"

    def check(self, values: dict[str, Any]) -> None:
        """Sign in."""
        self.person = accounts.sign_in(self.request, **values)


class SignUpForm(_Account):
    """For those who have none yet."""

    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    field_order = ("username", "email", "password")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["password"].widget.attrs["autocomplete"] = "new-password"
        self.fields["password"].help_text = RULES_OF_PASSWORDS

    def check(self, values: dict[str, Any]) -> None:
        """Sign up, and in."""
        sign_ups.count(self.request)
        accounts.register(**values)
        credentials = {name: values[name] for name in ("username", "password")}
        self.person = accounts.sign_in(self.request, **credentials)
