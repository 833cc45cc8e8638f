"""Keyset pages: a page begins after the key of a row, or ends before it, so page 10,000 costs what page 1 costs.

A cursor is a place in a listing, written so that a client can carry it around but not read or change it.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from dqx.errors import Invalid

Key = tuple[Any, ...]
SEAL_BYTES = 9


class Place(NamedTuple):
    """Where a page lies: after a key, or before one. Without a key: from the first row on, or up to the last one."""

    forward: bool = True
    key: Key | None = None


FIRST = Place()


class Page(NamedTuple):
    """Rows in the order of the listing, and where the pages beside them lie."""

    rows: list[Any]
    next: Place | None
    previous: Place | None


def page_of(found: Sequence[Any], place: Place, size: int, key_of: Callable[[Any], Key]) -> Page:
    """The page at a place.

    Args:
        found: up to `size` + 1 rows from the place on, nearest first; the one too many says that there are more.
        key_of: a row's key.
    """
    rows, more, moved = list(found[:size]), len(found) > size, place.key is not None
    if not place.forward:
        rows.reverse()
    if not rows:  # what lay there is gone; the way back leads to the other end
        back = Place(not place.forward) if moved else None
        return Page([], None, back) if place.forward else Page([], back, None)
    before, after = (moved, more) if place.forward else (more, moved)
    return Page(
        rows, Place(True, key_of(rows[-1])) if after else None, Place(False, key_of(rows[0])) if before else None
    )


def read(queryset: QuerySet[Any], field: str, place: Place, size: int, *, descending: bool = False) -> Page:
    """The page of a queryset that is ordered by one unique field."""
    ascending = descending != place.forward
    if place.key is not None:
        queryset = queryset.filter(**{f"{field}__{'gt' if ascending else 'lt'}": place.key[0]})
    found = list(queryset.order_by(field if ascending else f"-{field}")[: size + 1])
    return page_of(found, place, size, lambda row: (getattr(row, field),))


def encode(listing: str, place: Place) -> str:
    """The cursor of a place in a listing, in characters that need no escape in an address."""
    body = json.dumps([place.forward, place.key], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_seal(listing, body) + body).decode().rstrip("=")


def decode(listing: str, cursor: str) -> Place:
    """The place that a cursor means; the first page for an empty one.

    Args:
        listing: name of the listing with its ordering; another one's cursor is refused.
        cursor: what `encode` returned, or an address that ends in it.

    Raises:
        Invalid: it is damaged, or of another listing or ordering.
    """
    if not cursor:
        return FIRST
    # A client may hand back the whole of `next` as well as the cursor in it.
    text = cursor.rpartition("cursor=")[2]
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        sealed = b""
    seal, body = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
    whole = base64.urlsafe_b64encode(sealed).decode().rstrip("=") == text
    if not (whole and constant_time_compare(seal, _seal(listing, body))):
        raise Invalid(
            "cursor_invalid",
            "The cursor is damaged, or belongs to another list or ordering. Start at the first page.",
            field="cursor",
        )
    forward, key = json.loads(body)
    return Place(forward, None if key is None else tuple(key))


def _seal(listing: str, body: bytes) -> bytes:
    return salted_hmac(f"dqx.cursor {listing}", body, algorithm="sha256").digest()[:SEAL_BYTES]
