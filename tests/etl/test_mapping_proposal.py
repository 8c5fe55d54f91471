"""Mappings proposed from a look at a file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest
from canaries import CANARIES, EMAIL, PERSON, PHONE

from etl.errors import SourceError, TableError
from etl.mapping import make_mapping
from etl.mapping_names import FILE_NAME, read_synonyms
from etl.mapping_proposal import propose_mapping

SYNONYMS = read_synonyms(Path(__file__).parents[2] / "data" / FILE_NAME)


@pytest.fixture
def propose(tmp_path):
    """Write a file and propose a mapping; return its content and its text."""

    def write(table, content, *, name="members.csv", **options):
        path = tmp_path / name
        if content is not None:
            path.write_text(content, encoding="utf-8")
        text = propose_mapping(path, table, SYNONYMS, **options)
        found = tomllib.loads(text)
        make_mapping(found, name="proposed")
        return found, text

    return write


MEMBERS = (
    "Company,Post Code,Staff on site,Joined,Do not show,Contact e-mail,Town\n"
    "Example Ltd,CB2 0AA,12,31/01/2025,t,a@b.example,Cambridge\n"
    "Sample plc,sg12ny,N/A,02/03/2025,f,c@d.example,Stevenage\n"
    "Other Ltd,CB2 0AA,7,,perhaps,,\n"
)


def test_a_list_of_members_becomes_sites(propose):
    found, text = propose("sites", MEMBERS.replace("Joined", "Last updated"))

    assert found["columns"] == {
        "employer": "Company",
        "postcode": "Post Code",
        "employees": "Staff on site",
        "sensitive": "Do not show",
        "as_at": "Last updated",
    }
    assert found["id"] == {"columns": ["Company", "Post Code"]}
    assert found["blank"] == ["N/A"]
    assert found["formats"] == {"date": "%d/%m/%Y"}
    assert found["values"]["sensitive"] == {"t": "yes", "f": "no", "perhaps": ""}
    assert "#   Town: " in text
    assert "# Columns of persons, which no register takes:\n#   Contact e-mail\n" in text
    assert "FILL IN" not in text


def test_nothing_personal_is_proposed_or_repeated(propose):
    first, last = PERSON
    content = (
        "Employer,Postcode,Contact,Notes,First name,Surname,Reach us\n"
        + f"Example Ltd,CB2 0AA,{first} {last},,{first},{last},{PHONE}\n" * 2
        + f"Sample Ltd,CB2 0AA,{first} {last},,{first},{last},{EMAIL}\n"
    )

    found, text = propose("sites", content)

    assert set(found["columns"].values()) == {"Employer", "Postcode"}
    assert "#   Reach us" in text
    assert not [word for word in CANARIES if word.casefold() in text.casefold()]


def test_columns_of_persons_are_known_by_their_values_too(propose):
    found, text = propose(
        "sites", "Employer,Site name\nExample Ltd,a@b.example\nSample Ltd,c@d.example\n"
    )

    assert found["columns"] == {"employer": "Employer"}
    assert "no register takes:\n#   Site name\n" in text


def test_what_is_required_has_the_first_claim_to_a_name(propose):
    found, _ = propose("sites", "PIC,Name,Postcode\n1,Example Ltd,CB2 0AA\n2,Sample Ltd,SG1 2NY\n")

    assert found["columns"] == {"site_id": "PIC", "employer": "Name", "postcode": "Postcode"}
    assert "id" not in found


def test_a_required_field_without_a_column_is_to_be_filled_in(propose):
    found, text = propose("providers", "CollegeName,Town\nExample College,Cambridge\n")

    assert found["columns"] == {"ukprn": "", "name": "CollegeName"}
    assert text.splitlines()[1].startswith("# FILL IN: ukprn (UK provider reference number")
    assert propose("offers", "Venue,Reference\nv1,ST0001\n")[1].count("# FILL IN: ") == 4


def test_columns_are_known_by_their_values(propose):
    found, text = propose("venues", "A,B,Campus\n10000001,CB2 0AA,Main\n10000002,SG1 2NY,Two\n")

    assert found["columns"] == {"ukprn": "A", "name": "Campus", "postcode": "B"}
    assert "likely: check it; by its values: postcodes" in text


def test_a_name_whose_values_do_not_fit_is_not_believed(propose):
    found, text = propose(
        "sites", "Employer,Latitude,Longitude\nExample Ltd,0.13,52.2\nSample Ltd,-1.2,51.7\n"
    )

    assert found["columns"] == {"employer": "Employer"}
    assert "Latitude: 100% filled; named like latitude, but its values are not such" in text


def test_days_that_can_be_read_twice_are_left_to_the_user(propose):
    found, text = propose("providers", "UKPRN,Name,As at\n10000001,A College,02/03/2025\n")

    assert found["formats"] == {}
    assert "# FILL IN: the format of days: ambiguous: '02/03/2025' can be 2025-03-02" in text


def test_words_for_choices_are_translated(propose):
    found, _ = propose(
        "offers",
        "Venue,Programme code,Delivery mode,Status\n"
        "v1,p1,Part time,Running\nv2,p1,Onlin,unknown\nv3,p1,Juggling,lapsed\n",
    )

    assert found["values"]["mode"] == {
        "Part time": "day_release",
        "Onlin": "e_learning",
        "Juggling": "",
    }
    assert found["values"]["status"] == {"Running": "delivered"}
    assert "blank" not in found


def test_titles_above_the_header_and_further_sheets_are_found(propose, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    page = book.create_sheet("Members")
    for row in (
        ["Members of our association"],
        [],
        ["Company", "Postcode", "Staff"],
        ["Example Ltd", "CB2 0AA", 12],
        ["Sample Ltd", "SG1 2NY", 7],
    ):
        page.append(row)
    book.save(tmp_path / "members.xlsx")

    found, _ = propose("sites", None, name="members.xlsx")
    assert (found["sheet"], found["header_row"]) == ("Members", 3)
    assert found["columns"]["employees"] == "Staff"
    named, _ = propose("sites", None, name="members.xlsx", sheet="Members", header_row=3)
    assert named["columns"] == found["columns"]


def test_a_key_that_does_not_tell_rows_apart_is_told(propose):
    _, text = propose("sites", "Ref,Employer\n1,Example Ltd\n1,Sample Ltd\n,Other Ltd\n")

    assert "1 rows repeat an earlier one and 1 have none" in text


def test_what_cannot_be_looked_at_is_refused(propose):
    with pytest.raises(TableError, match="did you mean 'sites'"):
        propose("site", "a\n1\n")
    with pytest.raises(SourceError, match="no row that can be read"):
        propose("sites", "a,b\n1\n")
