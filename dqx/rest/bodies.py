"""What a door takes: bodies and queries whose unknown fields are refused by name, and pages of listings."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

LONGEST_CURSOR = 8_000
MOST_UNKNOWN = 20


class Strict(serializers.Serializer):
    """A JSON object whose unknown fields are refused by name. This one has none at all."""

    unknown = "There is no such field."

    def run_validation(self, data: Any = empty) -> Any:
        """The values of the fields.

        Raises:
            ValidationError: by field, the unknown ones first.
        """
        known = self.fields
        extra = [name for name in data if name not in known] if isinstance(data, Mapping) else []
        wrong: dict[str, Any] = {_printable(name): [self.unknown] for name in extra[:MOST_UNKNOWN]}
        try:
            values = super().run_validation(data)
        except ValidationError as exc:
            found = exc.detail if isinstance(exc.detail, dict) else {"non_field_errors": exc.detail}
            raise ValidationError({**wrong, **found}) from exc
        if wrong:
            raise ValidationError(wrong)
        return values


def _printable(name: str) -> str:
    """A name that somebody made up, as an answer can hold it: short, and without half characters."""
    return name[:100].encode(errors="backslashreplace").decode()


class Query(Strict):
    """The parameters of an address. A list is given by repeating a parameter; an empty one counts as not given."""

    unknown = "There is no such parameter."
    empty_is_absent = True

    def run_validation(self, data: Any = empty) -> Any:
        """As `Strict`, from a QueryDict."""
        given: QueryDict = data
        values: dict[str, Any] = {}
        for name, found in given.lists():
            kept = [value for value in found if value or not self.empty_is_absent]
            several = isinstance(self.fields.get(name), serializers.ListField)
            if name in self.fields and not several and len(kept) > 1:
                raise ValidationError({name: ["Give it once."]})
            if kept or name not in self.fields:
                values[name] = kept if several else "".join(kept)
        return super().run_validation(values)


class PageQuery(Query):
    """Which page of a listing."""

    page_size = serializers.IntegerField(min_value=1, max_value=1000, default=100)
    cursor = serializers.CharField(max_length=LONGEST_CURSOR, trim_whitespace=False, allow_blank=True, default="")


class ListQuery(PageQuery):
    """A whole list, or a page of it where a size is given."""

    page_size = serializers.IntegerField(min_value=1, max_value=1000, default=None)
