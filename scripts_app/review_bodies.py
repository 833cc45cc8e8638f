"""What the API gives of staged rows and of a review."""

from rest_framework import serializers

from badDetail_app.bodies import BadRowBody
from scripts_app.bodies import PersonBody


class StagedRow(BadRowBody):
    """A row that a script found, with the names of its rule and source where there are some."""

    txn_date = serializers.DateField(allow_null=True)  # type: ignore[assignment]  # a calendar knows it, for staging is checked


class StagedPage(serializers.Serializer):
    """A page of staged rows."""

    results = StagedRow(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class SampleBody(serializers.Serializer):
    """A row that a publish would touch, or not, as it is and as it would be."""

    source_uid = serializers.CharField()
    old_value = serializers.CharField(allow_null=True)
    new_value = serializers.CharField(allow_null=True)
    old_date = serializers.CharField(
        allow_null=True, help_text="As PostgreSQL writes it; other programs may have given it any."
    )
    new_date = serializers.DateField(allow_null=True)


class SamplesBody(serializers.Serializer):
    """Five rows of each action at most; an action without rows is left out. The 50 pairs with the most changes have samples. Unchanged
    ones are of the pair's first 200 rows.
    """

    new = SampleBody(many=True, required=False)
    changed = SampleBody(many=True, required=False)
    resolved = SampleBody(many=True, required=False)
    unchanged = SampleBody(many=True, required=False)


class _Counts(serializers.Serializer):
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    resolved = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class TotalsBody(_Counts):
    """The sums over all pairs, and how many there are."""

    pairs = serializers.IntegerField()


class PublisherBody(serializers.Serializer):
    """A script."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PairBody(_Counts):
    """What a publish would do to a pair, and the script that published it last."""

    rule_id = serializers.CharField()
    rule_name = serializers.CharField(allow_null=True)
    source_id = serializers.CharField()
    source_name = serializers.CharField(allow_null=True)
    last_publisher = PublisherBody(allow_null=True)
    samples = SamplesBody()


class ReviewBody(serializers.Serializer):
    """What a publish would change."""

    script = serializers.IntegerField()
    run = serializers.IntegerField(help_text="The populate that staged the rows.")
    populated_at = serializers.DateTimeField()
    populated_by = PersonBody(allow_null=True)
    n_rows = serializers.IntegerField()
    totals = TotalsBody()
    pairs = PairBody(many=True)
