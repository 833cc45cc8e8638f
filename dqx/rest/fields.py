"""Fields that take a value of their own type only, where the base classes would take others for it."""

from typing import Any, NoReturn

from rest_framework import serializers


class Text(serializers.CharField):
    """A JSON string, kept as it is; other types are not turned into one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers too, which the base class would take."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON number without fraction, and not a string of digits, which the base class would take."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse strings, fractions and true."""
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false, and no word for them."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse "yes", 1 and the like, which the base class would take."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """One of several words; who gives another one is told them."""

    default_error_messages = {"invalid_choice": '"{input}" is none of these: {words}.'}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """As the base class, with the words."""
        super().fail(key, words=", ".join(map(str, self.choices)), **kwargs)
