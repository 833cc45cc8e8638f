"""/api/bad_detail/: the bad rows, what to filter them by, the life of each, and all of them as a file."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from badDetail_app import export, history, reports
from badDetail_app.bodies import (
    BadRowPage,
    BadRowQuery,
    ChoicesBody,
    ExportQuery,
    HistoryBody,
    HistoryQuery,
    filters_of,
    ordering_of,
)
from dqx.rest.doors import View, accepts


class BadRows(View):
    """The bad rows that count now."""

    @accepts(query=BadRowQuery, returns={200: BadRowPage})
    def get(self, request: Request) -> Response:
        """200 {results, next, previous, total}."""
        filters, named = filters_of(self.query), self.query["ordering"]
        listing = f"bad_detail {named}"
        place, size = self.place(listing), self.query["page_size"]
        page = reports.rows(actor=request.user, filters=filters, ordering=ordering_of(named), place=place, size=size)
        return self.paged(listing, page, page.rows, total=reports.total(actor=request.user, filters=filters))


class FilterChoices(View):
    """What to filter by."""

    @accepts(returns={200: ChoicesBody})
    def get(self, request: Request) -> Response:
        """200 {rules, sources}, each a list of {id, name, label}."""
        return Response(reports.choices(actor=request.user))


class History(View):
    """The life of one bad row."""

    @accepts(query=HistoryQuery, returns={200: HistoryBody}, refuses=(404,))
    def get(self, request: Request) -> Response:
        """200 what the row is now and what happened to it."""
        return Response(history.life(actor=request.user, **self.query))


class Export(View):
    """The bad rows as a file."""

    @accepts(
        query=ExportQuery,
        returns={(200, form.media_type): bytes for form in export.FORMATS.values()},
        refuses=(422, 429),
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """200 a file that comes in pieces; one that ends early is cut off, not ended."""
        named = self.query["ordering"]
        ordering = ordering_of(named) if named else None
        form, filters = self.query["format"], filters_of(self.query)
        return self._file(export.export(actor=request.user, filters=filters, ordering=ordering, form=form))

    @accepts(query=ExportQuery)
    def head(self, request: Request) -> StreamingHttpResponse:
        """What GET would say of the file; nothing is read for it."""
        export.check(actor=request.user, form=self.query["format"])
        return self._file(())

    def _file(self, pieces: Iterable[bytes]) -> StreamingHttpResponse:
        form = self.query["format"]
        name = f"bad_rows_{timezone.localdate():%Y-%m-%d}.{form}"
        media_type = export.FORMATS[form].media_type + ("; charset=utf-8" if form == "csv" else "")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(pieces, content_type=media_type, headers=headers)
