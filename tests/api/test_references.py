"""Rules and sources."""

from urllib.parse import quote

import pytest

from reference_app.models import Rule, Source
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
KINDS = {"rules": ("rule_id", "rule_name", "rule", Rule), "sources": ("source_id", "source_name", "source", Source)}
both_kinds = pytest.mark.parametrize("kind", KINDS)
AWKWARD = [
    "a/b",
    "a//b",
    "/a",
    "/",
    "..x",
    "a.b",
    "ü ñ",
    "日本",
    "😀",
    "a?b",
    "a#b",
    "a%2Fb",
    "a&b=c",
    "a\nb",
    " a ",
    "'; --",
    "filters",
    "\x7f",
]


def reference(kind, pk, name="a name", **more):
    key, title, _, _ = KINDS[kind]
    return {key: pk, title: name, **more}


@both_kinds
def test_the_life_of_a_reference(as_author, as_admin, kind):
    path = f"/api/reference_tables/{kind}/"
    made = as_author.post(path, reference(kind, "X1", description="why"))
    assert made.status_code == 201
    assert made.json() == reference(kind, "X1", description="why")
    assert as_author.get(made["Location"]).json() == made.json()
    assert as_author.get(path).json() == [made.json()]

    title = KINDS[kind][1]
    assert as_author.put(f"{path}X1", {title: "other"}).json() == reference(kind, "X1", "other", description="")
    assert as_author.patch(f"{path}X1", {"description": "again"}).json() == reference(
        kind, "X1", "other", description="again"
    )
    assert as_author.patch(f"{path}X1", {}).json() == reference(kind, "X1", "other", description="again")
    assert as_author.put(f"{path}X1", reference(kind, "X1", "third")).status_code == 200

    gone = as_admin.delete(f"{path}X1")
    assert (gone.status_code, gone.content) == (204, b"")
    refused(as_author.get(f"{path}X1"), 404, f"{KINDS[kind][2]}_not_found")


@both_kinds
def test_an_id_that_is_taken_is_409_and_changes_nothing(as_author, kind):
    path, (key, _, name, model) = f"/api/reference_tables/{kind}/", KINDS[kind]
    as_author.post(path, reference(kind, "X1"))
    error = refused(as_author.post(path, reference(kind, "X1", "other")), 409, f"{name}_taken")
    assert set(error["details"]["fields"]) == {key}
    assert [str(found) for found in model.objects.all()] == ["X1 – a name"]


@both_kinds
def test_an_id_can_not_be_changed(as_author, kind):
    path, (key, _, _, model) = f"/api/reference_tables/{kind}/", KINDS[kind]
    as_author.post(path, reference(kind, "X1"))
    for change in (as_author.put, as_author.patch):
        error = refused(change(f"{path}X1", reference(kind, "X2", "other")), 400, "id_fixed")
        assert set(error["details"]["fields"]) == {key}
    assert [str(found) for found in model.objects.all()] == ["X1 – a name"]


@both_kinds
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "x" * 21),
        ("id", ""),
        ("id", 5),
        ("id", None),
        ("id", "a\x00b"),
        ("name", "x" * 101),
        ("name", ""),
        ("name", ["x"]),
    ],
)
def test_what_does_not_fit_is_400_by_field(as_author, kind, field, value):
    key, title, _, model = KINDS[kind]
    wrong = key if field == "id" else title
    answer = as_author.post(f"/api/reference_tables/{kind}/", {**reference(kind, "X1"), wrong: value})
    assert wrong_fields(answer) == {wrong}
    assert not model.objects.exists()


@both_kinds
def test_a_put_has_to_be_whole(as_author, kind):
    as_author.post(f"/api/reference_tables/{kind}/", reference(kind, "X1"))
    assert wrong_fields(as_author.put(f"/api/reference_tables/{kind}/X1", {"description": "x"})) == {KINDS[kind][1]}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("pk", AWKWARD)
def test_ids_of_any_character_have_an_address(as_author, as_admin, pk, slash):
    made = as_author.post("/api/reference_tables/rules/", reference("rules", pk))
    assert made.status_code == 201
    path = f"/api/reference_tables/rules/{quote(pk, safe='')}{slash or '/' * pk.endswith('/')}"
    assert as_author.get(path).json()["rule_id"] == pk
    assert as_author.get(made["Location"]).json()["rule_id"] == pk
    assert as_author.patch(path, {"rule_name": "new"}).json() == reference("rules", pk, "new", description="")
    assert as_admin.delete(path).status_code == 204
    refused(as_author.get(path), 404, "rule_not_found")


def test_ids_that_differ_by_a_slash_are_two(as_author):
    for pk in ("a", "a/"):
        as_author.post("/api/reference_tables/rules/", reference("rules", pk, f"the name of {pk}"))
    assert as_author.get("/api/reference_tables/rules/a").json()["rule_id"] == "a"
    assert as_author.get("/api/reference_tables/rules/a/").json()["rule_id"] == "a"
    assert as_author.get("/api/reference_tables/rules/a%2F/").json()["rule_id"] == "a/"


@pytest.mark.parametrize("pk", ["%00", "a%00b", "%ff", "x" * 3000])
def test_an_id_that_can_not_be_is_404(as_admin, pk):
    for send in (as_admin.get, as_admin.delete):
        assert send(f"/api/reference_tables/sources/{pk}").status_code == 404
    assert as_admin.patch(f"/api/reference_tables/sources/{pk}", {}).status_code == 404


@both_kinds
def test_references_stay_when_deletion_is_refused(as_author, as_publisher, kind):
    path = f"/api/reference_tables/{kind}/"
    as_author.post(path, reference(kind, "X1"))
    for api in (as_author, as_publisher):
        refused(api.delete(f"{path}X1"), 403, "not_allowed")
    assert as_author.get(f"{path}X1").status_code == 200


def test_a_list_is_whole_or_in_pages_that_links_lead_through(as_author):
    Rule.objects.bulk_create(Rule(rule_id=f"R{number:02}", rule_name="x") for number in range(25))
    whole = as_author.get("/api/reference_tables/rules/")
    assert [rule["rule_id"] for rule in whole.json()] == [f"R{number:02}" for number in range(25)]
    assert "Link" not in whole

    seen, path = [], "/api/reference_tables/rules/?page_size=10"
    while path:
        answer = as_author.get(path)
        seen += answer.json()
        path = links(answer).get("next")
    assert seen == whole.json()
    back = as_author.get(links(answer)["prev"])
    assert back.json() == whole.json()[10:20]


def links(answer):
    parts = [part.partition("; ") for part in answer.get("Link", "").split(", ") if part]
    return {rel.removeprefix('rel="').rstrip('"'): address.strip("<>") for address, _, rel in parts}


@both_kinds
def test_the_number_of_statements_does_not_grow(as_viewer, kind, django_assert_num_queries):
    model = KINDS[kind][3]
    for first in (0, 50):
        model.objects.bulk_create(model(pk=f"R{number}") for number in range(first, first + 50))
        with django_assert_num_queries(2):  # who asks, and the list
            assert len(as_viewer.get(f"/api/reference_tables/{kind}/").json()) == first + 50
