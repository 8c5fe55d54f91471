"""What a mapping would make of a file."""

from __future__ import annotations

import pytest

from etl.errors import GazetteerError, MappingError
from etl.mapping import make_mapping
from etl.mapping_check import check_mapping

CONTENT = (
    "Company,Post Code,Staff\n"
    "Example Ltd,CB2 0AA,12\n"
    "Sample Ltd,SG1 2NY,\n"
    "Other Ltd,CB2 0AA,N/A\n"
    ",SG1 2NY,many\n"
    "Ragged Ltd,CB2 0AA\n"
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text(CONTENT)
    return path


def make(**changes):
    content = {
        "table": "sites",
        "columns": {"employer": "Company", "postcode": "Post Code", "employees": "Staff"},
        "id": {"columns": ["Company", "Post Code"]},
        **changes,
    }
    return make_mapping(content, name="members")


def test_rows_kept_refused_and_partial_are_counted_and_nothing_is_written(
    path, gazetteer, authorities
):
    checked = check_mapping(path, make(), authorities=authorities, gazetteer=gazetteer)

    assert (checked.read, checked.kept, len(checked.rejects)) == (5, 2, 3)
    assert checked.filled.partial.to_dict() == {2: False, 3: True}
    told = "\n".join(checked.lines())
    assert "of 5 rows 2 would be kept, 3 refused. Nothing was written." in told
    assert "Refused, employees, number: 1; such as line 4:" in told
    assert "Refused, too few fields: 1; such as line 6:" in told
    assert "Partial: 1 rows lack a field that others have" in told
    assert [one.name for one in path.parent.iterdir()] == ["members.csv"]


def test_a_word_for_a_blank_that_is_declared_is_no_reason_to_refuse(path, gazetteer, authorities):
    checked = check_mapping(path, make(blank=["N/A"]), authorities=authorities, gazetteer=gazetteer)

    assert (checked.kept, len(checked.rejects)) == (3, 2)


def test_what_the_rows_refer_to_is_said_not_to_be_checked(tmp_path, gazetteer, authorities):
    path = tmp_path / "venues.csv"
    path.write_text("Id,UKPRN,Name\nv1,10000001,Main\n")
    mapping = make_mapping(
        {"table": "venues", "columns": {"venue_id": "Id", "ukprn": "UKPRN", "name": "Name"}},
        name="venues",
    )
    checked = check_mapping(path, mapping, authorities=authorities, gazetteer=gazetteer)

    assert checked.refers_to == ("providers",)
    assert "Not checked: whether providers hold what it names." in "\n".join(checked.lines())


def test_what_cannot_be_used_is_refused(path, authorities, gazetteer):
    with pytest.raises(GazetteerError):
        check_mapping(path, make(), authorities=authorities)
    with pytest.raises(MappingError, match="lacks the column 'Firm'"):
        check_mapping(
            path,
            make(columns={"employer": "Firm"}),
            authorities=authorities,
            gazetteer=gazetteer,
        )
