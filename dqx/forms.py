"""The adapter of errors for forms: what an operation refuses is told at the field, and nothing typed is lost."""

from typing import Any

from django import forms

from dqx.errors import DQXError


class Checked(forms.BaseForm):
    """A form whose rules are those of an operation."""

    # Where an error that names no field is shown; above the form where this is None.
    main_field: str | None = None

    def check(self, values: dict[str, Any]) -> None:
        """Raise what the operation would, before it is called; or do it."""

    def clean(self) -> dict[str, Any]:
        """What Django calls once the fields themselves are in order."""
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        try:
            self.check(values)
        except DQXError as exc:
            field = exc.data.get("field")
            self.add_error(field if field in self.fields else self.main_field, exc.message)
        return values
