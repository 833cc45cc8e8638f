"""Texts as cells that no spreadsheet computes, and back."""

import re

# The first characters that let a spreadsheet take a text for a formula, with the full-width forms that it reads alike.
# Source: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)?$"
# What a guard stands before; a text that has a guard already gets another one, so that each can be taken away again.
_GUARDED = re.compile(f"'*[{re.escape(''.join(FORMULA))}]")


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would compute it; numbers stay as they are."""
    return f"'{text}" if _GUARDED.match(text) and not re.match(NUMBER, text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made this cell of."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
