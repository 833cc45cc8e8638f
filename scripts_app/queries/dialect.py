"""PostgreSQL as sqlglot reads and writes it, but kept closer to what a person wrote: `x::text`, `DATE '2024-01-01'`,
`INTERVAL '1 day'` and the names of functions stay, which sqlglot would say in words that other servers know too."""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.parsers.postgres import PostgresParser
from sqlglot.tokens import TokenType

LITERALS = {
    TokenType.STRING, TokenType.NUMBER, TokenType.HEREDOC_STRING, TokenType.BYTE_STRING, TokenType.UNICODE_STRING,
    TokenType.BIT_STRING, TokenType.HEX_STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING,
}  # fmt: skip
UNITS = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}
COLONS, BEFORE, WITHIN, WRITTEN = "colons", "before", "within", "written"


def _marked(made: exp.Expr, how: str) -> exp.Expr:
    """A part of a tree that knows how it was written."""
    made.meta[how] = True
    return made


class Kept(Postgres):
    """The dialect of `layout`."""

    class Parser(PostgresParser):
        """Reads functions as names, and remembers how a cast was written."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        COLUMN_OPERATORS = {
            **PostgresParser.COLUMN_OPERATORS,
            TokenType.DCOLON: lambda self, this, to: _marked(self.build_cast(strict=True, this=this, to=to), COLONS),
        }

        def _parse_type(self, *given: Any, **named: Any) -> Any:
            literal = self._typed_literal()
            return super()._parse_type(*given, **named) if literal is None else self._parse_column_ops(literal)

        def _typed_literal(self) -> exp.Expr | None:
            """`DATE '2024-01-01'`, which binds closer than what follows it; the base class lets `::` come first."""
            start = self._index
            if self._curr is None or self._curr.token_type in (*LITERALS, TokenType.L_PAREN):
                return None
            kind = self._parse_types(allow_identifiers=False)
            value = self._parse_primary() if kind and self._curr and self._curr.token_type == TokenType.STRING else None
            if isinstance(kind, exp.DataType) and isinstance(value, exp.Literal) and not self._is_unit():
                return _marked(self.expression(exp.Cast(this=value, to=kind)), BEFORE)
            self._retreat(start)
            return None

        def _parse_types(self, *given: Any, **named: Any) -> Any:
            start = self._curr
            kind = super()._parse_types(*given, **named)
            if isinstance(kind, exp.DataType) and start is not None and self._prev is not None:
                kind.meta[WRITTEN] = " ".join(self._find_sql(start, self._prev).split())
            return kind

        def _negate_range(self, this: Any = None) -> Any:
            made = super()._negate_range(this)
            return _marked(made, WITHIN) if isinstance(made, exp.Not) else made

        def _is_unit(self) -> bool:
            return self._curr is not None and self._curr.text.upper() in UNITS

    class Generator(PostgresGenerator):
        """Writes a cast as it was written."""

        def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
            """One of the three forms that a cast has."""
            value, kind = self.sql(expression, "this"), self.sql(expression, "to")
            if expression.meta.get(COLONS):
                return f"{value}::{kind}"
            if expression.meta.get(BEFORE):
                return f"{kind} {value}"
            return str(super().cast_sql(expression, safe_prefix))

        def datatype_sql(self, expression: exp.DataType) -> str:
            """By the name that was used, of those that a type has."""
            return str(expression.meta.get(WRITTEN) or super().datatype_sql(expression))

        def not_sql(self, expression: exp.Not) -> str:
            """`x NOT IN (…)`, where the base class would say `NOT x IN (…)`."""
            if not expression.meta.get(WITHIN):
                return str(super().not_sql(expression))
            left, whole = self.sql(expression.this, "this"), self.sql(expression.this)
            return f"{left} NOT{whole[len(left) :]}"

        def interval_sql(self, expression: exp.Interval) -> str:
            """With the unit outside of the string, as it was."""
            unit = self.sql(expression, "unit")
            return f"INTERVAL {self.sql(expression, 'this')}{f' {unit}' if unit else ''}"
