"""All establishments: which give providers, venues and schools."""

from __future__ import annotations

from datetime import date

import pytest
from feeds import assert_accounted, assert_same, by_id, part_of, rules, turned, without
from hypothesis import given
from hypothesis import strategies as st
from public_samples import gias as samples

from etl.errors import ColumnsError, SourceError
from etl.sources.gias import ABROAD, CLOSED, FORMAT, NOT_YET, OTHER
from etl.sources.probe import Probe
from geo.standing import LAPSED


@pytest.fixture
def paths(tmp_path):
    return samples.write(tmp_path)


@pytest.fixture
def feed(paths):
    return read(paths[0])


def read(path):
    return FORMAT.read(Probe(path))


def written(folder, rows):
    path = folder / "edubasealldata20250422.csv"
    path.write_bytes(samples.text(samples.HEADER, rows).encode("cp1252"))
    return path


def test_every_row_is_accounted_for(feed):
    assert_accounted(feed, range(2, 2 + len(samples.ROWS)))
    assert feed.as_at == date(2025, 4, 22)
    assert feed.set_aside == {CLOSED: 2, NOT_YET: 1, ABROAD: 1, OTHER: 3}


def test_both_generations_say_the_same_of_a_row(paths):
    one, other = map(read, paths)

    assert (one.layout, other.layout) == (
        "all establishments, 140 columns",
        "all establishments, 139 columns",
    )
    for table in FORMAT.tables:
        assert part_of(one, table).equals(part_of(other, table))


def test_the_file_is_windows_1252(feed):
    assert by_id(feed, "providers", "ukprn")["10099905"]["name"] == "Example Régional College"


def test_a_college_is_a_provider_with_a_venue(feed):
    assert by_id(feed, "providers", "ukprn")["10099905"] == {
        "ukprn": "10099905",
        "name": "Example Régional College",
        "provider_type": "General Further Education College",
        "nation": "England",
        "register_status": "",
        "website": "www.example-college.example",
    }
    assert by_id(feed, "venues", "venue_id")["gias-130999"]["postcode"] == "CB4 2QT"


def test_a_grid_reference_becomes_degrees(tmp_path):
    # Caister water tower, the worked example of Ordnance Survey's guide to coordinate systems in
    # Great Britain; in WGS 84 52°39'28.723" N 1°42'57.787" E by Veness, Latitude/longitude and OS
    # grid references. Without the grid of shifts a transformation is within 5 m.
    row = samples.row("1", "A", "18", ukprn="10099905", east="651409.903", north="313177.270")
    venue = by_id(read(written(tmp_path, [row])), "venues", "venue_id")["gias-1"]

    assert float(venue["latitude"]) == pytest.approx(52 + 39 / 60 + 28.723 / 3600, abs=2e-6)
    assert float(venue["longitude"]) == pytest.approx(1 + 42 / 60 + 57.787 / 3600, abs=2e-6)


def test_no_grid_reference_is_no_place(feed):
    venues = by_id(feed, "venues", "venue_id")

    for venue in ("gias-131000", "gias-133801"):
        assert (venues[venue]["latitude"], venues[venue]["longitude"]) == ("", "")


def test_rows_of_one_ukprn_are_one_provider_with_a_venue_each(feed):
    [providers] = [part for part in feed.parts if part.table == "providers"]

    assert providers.also.to_dict() == {3: 2}
    assert {"gias-130999", "gias-131000"} <= set(by_id(feed, "venues", "venue_id"))


def test_the_open_establishment_speaks_for_its_provider_whatever_the_order(tmp_path):
    closed = samples.row("100", "Old Name", "18", ukprn="10099905", status="2")
    open_later = samples.row("300", "Later", "18", ukprn="10099905")
    open_first = samples.row("200", "New Name", "18", ukprn="10099905")

    feed = read(written(tmp_path, [closed, open_later, open_first]))

    assert part_of(feed, "providers")[["name", "register_status"]].to_numpy().tolist() == [
        ["New Name", ""]
    ]
    assert feed.parts[0].also.to_dict() == {2: 4, 3: 4}
    assert set(by_id(feed, "venues", "venue_id")) == {"gias-200", "gias-300"}


def test_a_closed_college_is_closed_and_teaches_nowhere(feed):
    status = by_id(feed, "providers", "ukprn")["10099907"]["register_status"]

    assert status in LAPSED
    assert "gias-130998" not in by_id(feed, "venues", "venue_id")


def test_the_nation_goes_by_the_authority_or_the_region_and_is_else_unknown(feed):
    nations = {u: r["nation"] for u, r in by_id(feed, "providers", "ukprn").items()}

    assert nations["10099902"] == "Wales"
    assert nations["10099921"] == "England"
    assert nations["10099922"] == ""


def test_sixth_forms_are_schools_whose_leavers_are_18(feed):
    schools = by_id(feed, "schools", "school_id")

    assert set(schools) == {
        *("130995", "139001", "139002"),
        *("100002", "100004", "100005", "100008"),
    }
    assert schools["100002"] == {
        "school_id": "100002",
        "name": "Sample High School",
        "postcode": "SG1 2FX",
        "stage": "18",
    }


def test_a_technical_college_without_ukprn_is_a_school_alone(feed):
    assert "139001" in by_id(feed, "schools", "school_id")
    assert "gias-139001" not in by_id(feed, "venues", "venue_id")


@pytest.mark.parametrize(
    ("kind", "tables"),
    [
        *((kind, {"providers", "venues"}) for kind in ("18", "29", "32")),
        *((kind, {"providers", "venues", "schools"}) for kind in ("31", "39", "40", "45", "46")),
        *((kind, {"schools"}) for kind in ("01", "05", "10", "11", "28", "34", "41")),
        *((kind, set()) for kind in ("25", "26", "30", "37", "49", "57")),
    ],
)
def test_the_type_decides_what_an_open_establishment_with_a_sixth_form_gives(
    tmp_path, kind, tables
):
    row = samples.row("100100", "A", "18", ukprn="10099905", sixth="1")
    row["TypeOfEstablishment (code)"] = kind

    feed = read(written(tmp_path, [row]))

    assert {part.table for part in feed.parts if len(part.cells)} == tables


def test_codes_count_alike_with_and_without_leading_zeros(tmp_path):
    plain = samples.row("100100", "A", "11", status="1", sixth="1", phase="4")
    padded = {
        name: f"0{value}" if name.endswith("(code)") and value.isdigit() else value
        for name, value in samples.row("100101", "B", "11", sixth="1", phase="4").items()
    }

    feed = read(written(tmp_path, [plain, padded]))

    assert set(by_id(feed, "schools", "school_id")) == {"100100", "100101"}


def test_rows_that_cannot_be_kept_are_refused_by_rule(feed):
    assert rules(feed) == {
        6: ("ukprn", "required"),
        21: ("easting", "British National Grid"),
        22: ("easting", "British National Grid"),
        23: ("name", "personal data"),
    }


def test_an_address_that_holds_an_e_mail_address_is_left_out(feed):
    assert by_id(feed, "providers", "ukprn")["10099922"]["website"] == ""
    assert any("e-mail" in note for note in feed.notes)


def test_the_order_of_columns_counts_not(paths):
    assert_same(read(paths[0]), read(turned(paths[0], "URN", "cp1252")))


@pytest.mark.parametrize(
    "heading", ["UKPRN", "Easting", "OfficialSixthForm (code)", "EstablishmentStatus (code)"]
)
def test_a_missing_column_is_named(paths, heading):
    with pytest.raises(ColumnsError) as error:
        read(without(paths[0], heading, "cp1252"))
    assert f"lacks the column {heading!r}" in str(error.value)


@pytest.mark.parametrize("heading", ["FurtherEducationType (name)", "SchoolWebsite", "GOR (code)"])
def test_a_column_that_comes_and_goes_may_be_absent(paths, heading):
    assert_accounted(read(without(paths[0], heading, "cp1252")), range(2, 2 + len(samples.ROWS)))


def test_another_file_is_not_read(tmp_path):
    path = tmp_path / "edubasealldata20250422.csv"
    path.write_text("URN,LinkURN\n1,2\n", encoding="ascii")

    assert FORMAT.recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="is no file of establishments"):
        read(path)


ESTABLISHMENTS = st.builds(
    samples.row,
    st.sampled_from(["100", "101", "102"]),
    st.sampled_from(["A College", "Mr Zebedee Quillfeather"]),
    st.sampled_from(sorted(samples.TYPES)),
    status=st.sampled_from(["1", "2", "3", "4", ""]),
    phase=st.sampled_from(["0", "2", "4", "6", "7", ""]),
    sixth=st.sampled_from(["0", "1", "2", "9", ""]),
    high=st.sampled_from(["", "16", "18", "x"]),
    ukprn=st.sampled_from(["", "10099905", "10099906"]),
    east=st.sampled_from(["", "0", "546170", "9999999", "x"]),
    north=st.sampled_from(["", "0", "261270"]),
)


@given(st.lists(ESTABLISHMENTS, min_size=1, max_size=12))
def test_no_row_is_lost_and_every_venue_has_its_provider(tmp_path_factory, rows):
    feed = read(written(tmp_path_factory.mktemp("gias"), rows))

    assert_accounted(feed, range(2, 2 + len(rows)))
    providers = part_of(feed, "providers")["ukprn"]
    assert providers.is_unique
    assert set(part_of(feed, "venues")["ukprn"]) <= set(providers)
