"""Whole loads: files in a real layout, the installed gazetteer, a register on either database."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import sqlalchemy as sa
from nominatim_server import nominatim_server, place
from public_samples import companies_house
from shapely import box

from app.db.engine import reading
from app.db.models import Area, Load, Offer, Programme, Provider, School, Site, TravelTime, Venue
from app.db.register import count_rows, read_table
from etl.errors import ColumnsError, GazetteerError, MappingError, SourceError, TableError
from etl.mapping import read_mapping
from etl.online_geocoder import NominatimGeocoder
from etl.pipeline import AUTO, load_file

MAPPINGS = Path(__file__).parents[2] / "data" / "mappings"
# Invented organisations; the postcodes are public: a town centre and a science park.
LEARNING_PROVIDERS = (
    '"UKPRN","PROVIDER_NAME","VIEW_NAME","SORT_NAME","ALIAS","FLAT_NAME_NUMBER",'
    '"BUILDING_NAME_NUMBER","LOCALITY","STREET_NAME","TOWN","POSTCODE","WEBSITE_URL",'
    '"WIKIPEDIA_URL","GROUPS","LONGITUDE","LATITUDE","EASTING","NORTHING","GTR_ID","HESA_ID"\n'
    '"10099901","EXAMPLE COLLEGE","Example College","Example","","","","","","Cambridge",'
    '"CB2 0AA","http://www.example.org/","","","0.1451","52.1744","","","X","0017"\n'
    '"10099902","SAMPLE UNIVERSITY","Sample University","Sample","","","","","","Stevenage",'
    '"sg12ny","http://www.example.com/","","","","","","","Y","0156"\n'
    '"10099903","OTHER COLLEGE","Other College","Other","","","","","","Oxford",'
    '"0XX 2JD","http://www.example.net/","","","-1.26","51.75","","","Z","0158"\n'
)


@pytest.fixture
def load(engine, gazetteer, authorities, tmp_path):
    """Write a file and load it; return the report."""

    def load_text(table, content, *, name=None, mapping=None, **options):
        path = tmp_path / (name or f"{table}.csv")
        if content is not None:
            path.write_text(content, encoding="utf-8")
        shipped = read_mapping(MAPPINGS / f"{mapping}.toml") if mapping else None
        options = {"gazetteer": gazetteer, **options}
        return load_file(engine, table, path, mapping=shipped, authorities=authorities, **options)

    return load_text


def stored(engine, model):
    with reading(engine) as connection:
        return read_table(connection, model)


def test_learning_providers_load_as_providers_and_venues(load, engine, tmp_path):
    providers = load(
        "providers",
        LEARNING_PROVIDERS,
        name="list.csv",
        mapping="learning_providers_plus_providers",
    )
    venues = load("venues", None, name="list.csv", mapping="learning_providers_plus_venues")

    assert (providers.read, providers.inserted, providers.rejected) == (3, 3, 0)
    assert (venues.read, venues.inserted, venues.rejected) == (3, 2, 1)
    assert venues.rejects[["line", "rule", "suggestion"]].to_numpy().tolist() == [
        [4, "broken postcode", "write a whole postcode, such as AB1 2CD, or leave it blank"]
    ]
    assert venues.rejects_file == tmp_path / "list.csv.venues.rejects.csv"
    assert venues.rejects_file.exists()
    # A hundredth of a degree of longitude at 52.17 degrees north is 684 m.
    assert venues.tables[0].distances.rows == 1
    assert venues.tables[0].distances.median_metres == pytest.approx(684, abs=20)
    table = stored(engine, Venue)
    assert table["postcode"].tolist() == ["CB2 0AA", "SG1 2NY"]
    assert table["precision_class"].tolist() == ["postcode_unit", "postcode_shared"]
    assert table["authority"].tolist() == ["Cambridge", "Stevenage"]
    assert table.geometry.x.tolist() == pytest.approx([0.1351, -0.2030], abs=0.001)
    assert set(stored(engine, Provider)["source"]) == {"learning-providers-plus"}


def test_a_repaired_postcode_places_its_row_and_stays_as_it_is_written(load, engine):
    report = load("sites", "site_id,employer,postcode\ns1,Example Ltd,0X1 2JD\n")

    site = stored(engine, Site).iloc[0]
    assert (report.inserted, report.rejected) == (1, 0)
    assert site["postcode"] == "0X1 2JD"
    assert site["geocode_method"] == "repaired postcode OX1 2JD (written 0X1 2JD)"
    assert "Postcodes to correct: 1 row(s)" in " ".join(report.lines())


def test_a_point_lies_in_the_polygon_that_holds_it(load, engine, tmp_path):
    square = box(0.12, 52.16, 0.15, 52.19)
    areas = {"code": ["E07000243"], "name": ["Ours"], "kind": ["authority"]}
    gpd.GeoDataFrame(areas, geometry=[square], crs="EPSG:4326").to_file(tmp_path / "ours.geojson")
    content = "site_id,employer,latitude,longitude\ns1,Example Ltd,52.1744,0.1351\n"

    load("sites", content)
    before = stored(engine, Site)["authority"].tolist()
    load("areas", None, name="ours.geojson")
    load("sites", content.replace("s1", "s2"), name="more.csv")

    assert before == ["Cambridge"]
    assert stored(engine, Site)["authority"].tolist() == ["Cambridge", "Stevenage"]


def test_an_online_geocoder_is_asked_for_the_rest(load, engine, tmp_path):
    content = "site_id,employer,postcode,sensitive\n"
    content += "s1,Example Ltd,Cambourne,\ns2,Other Ltd,Ely,yes\ns3,Third Ltd,CB2 0AA,\n"
    with nominatim_server() as server:
        server.known["Cambourne"] = place(52.2180, -0.0690, half_width=0.01)
        online = NominatimGeocoder(server.url, tmp_path, pause_seconds=0)
        report = load("sites", content, online=online)

    assert [query["q"] for query in server.asked] == ["Cambourne"]
    assert (report.inserted, report.rejected) == (2, 1)
    assert stored(engine, Site)["gazetteer"].tolist()[0] == "Nominatim at 127.0.0.1"


def test_the_same_file_twice_changes_nothing(load, engine):
    content = "site_id,employer,postcode,employees,sensitive,as_at\n"
    content += "s1,Example Ltd,CB2 0AA,12.5,yes,2025-01-31\ns2,Sample Ltd,,,,\n"
    first = load("sites", content)
    before = stored(engine, Site)

    again = load("sites", content)

    assert (first.inserted, again.inserted, again.updated, again.unchanged) == (2, 0, 0, 2)
    assert stored(engine, Site).equals(before)


def test_participants_load_as_sites(load, engine):
    content = (
        "pic,name,address,postcode_raw,city,url,longitude,latitude\n"
        '900000001,EXAMPLE LTD,"1 HIGH STREET, CB2 0AA, CAMBRIDGE, UK",CB2 0AA,CAMBRIDGE,'
        "http://,0.1351,52.2744\n"
        '900000002,SAMPLE LTD,"2 HIGH STREET, nan, MARLOW, UK",nan,MARLOW,http://,-0.77,51.57\n'
    )

    report = load("sites", content, mapping="imi_participants_sites")

    assert (report.read, report.inserted, report.rejected) == (2, 2, 0)
    table = stored(engine, Site)
    assert table["precision_class"].tolist() == ["postcode_unit", "unknown"]
    assert table.geometry.isna().tolist() == [False, True]
    assert report.tables[0].distances.median_metres == pytest.approx(11_130, abs=30)


def test_colleges_without_ukprn_are_refused_row_by_row(load, engine):
    content = "CollegeName,Town,Postcode\nExample College,Cambridge,CB2 0AA\n16-19 Sample,,\n"

    report = load("providers", content, mapping="fe_colleges_2016")

    assert (report.read, report.loaded, report.rejected) == (2, 0, 2)
    assert report.rejects[["field", "rule"]].to_numpy().tolist() == [["ukprn", "required"]] * 2
    assert report.rejects["suggestion"].tolist()[0] == (
        'look up "Example College" in the UK Register of Learning Providers and add its UKPRN '
        "as a column"
    )
    assert stored(engine, Provider).empty


def test_a_chain_of_tables_loads_and_refers(load, engine):
    load("providers", "ukprn,name\n10099901,Example College\n")
    load("programmes", "programme_code,title\nlab-l3,Technician\n")
    load("venues", "venue_id,ukprn,name,postcode\nv1,10099901,Main,CB2 0AA\n")
    load("sites", "site_id,employer,postcode\ns1,Example Ltd,SG1 2NY\n")
    load("schools", "school_id,name,postcode\nsc1,Example School,CB2 0AA\n")
    offers = load(
        "offers",
        "venue_id,programme_code,mode,status\nv1,lab-l3,day_release,delivered\n"
        "v2,lab-l3,evening,planned\nv1,lab-13,evening,planned\n",
    )
    times = load("travel_times", "from_id,to_id,travel_minutes,transport\ns1,v1,41.5,car\n")

    assert offers.rejects[["line", "rule"]].to_numpy().tolist() == [
        [3, "unknown in venues"],
        [4, "unknown in programmes"],
    ]
    assert "lab-l3" in offers.rejects["suggestion"].tolist()[1]
    assert times.inserted == 1
    for model in (Provider, Programme, Venue, Site, School, Offer, TravelTime):
        assert len(stored(engine, model)) == 1


def load_ends(load):
    """Load the two ends that travel times need."""
    load("providers", "ukprn,name\n10099901,Example College\n")
    load(
        "venues",
        "venue_id,ukprn,name,postcode\nv1,10099901,Main,CB2 0AA\nv2,10099901,Two,SG1 2NY\n",
    )
    load("sites", "site_id,employer,postcode\ns1,Example Ltd,SG1 2NY\ns2,Sample Ltd,CB2 0AA\n")


def test_travel_times_that_cannot_be_used_are_refused_one_by_one(load, engine):
    load_ends(load)
    content = (
        "from_id,to_id,travel_minutes,sigma_minutes,transport\n"
        "s1,v1,41.5,,car\n"
        "s1,v1,40,,\n"
        "s1,v2,-1,,car\n"
        "s2,v1,nan,,car\n"
        "s2,v2,10,-2,car\n"
        "s9,v2,10,,car\n"
        "v1,s1,10,,car\n"
        "s2,v2,10,,Car\n"
        "s2,v2,10,,drive\n"
        "s2,v2,10,,public transport\n"
        "s1,v1,75,,public_transport\n"
        "s2,v1,0,,\n"
        "s2,v2,inf,,\n"
    )

    report = load("travel_times", content)

    assert (report.read, report.inserted, report.rejected) == (13, 3, 10)
    told = report.rejects[["line", "field", "rule", "suggestion"]].to_numpy().tolist()
    assert told == [
        [3, "from_id", "seen before", "line 2 has the same from_id, to_id, transport: delete one"],
        [4, "travel_minutes", "bounds", "write a number of 0 or more"],
        [
            5,
            "travel_minutes",
            "number",
            'if it means "not known", say so in a mapping: blank = ["nan"]',
        ],
        [6, "sigma_minutes", "bounds", "write a number of 0 or more"],
        [7, "from_id", "unknown in sites", "load it into sites first"],
        [
            8,
            "from_id",
            "unknown in sites",
            "it stands in venues: from_id takes one of sites, to_id one of venues",
        ],
        [9, "transport", "choice", "write car"],
        [10, "transport", "choice", "write one of car, public_transport, walk, cycle"],
        [11, "transport", "choice", "write public_transport"],
        [
            14,
            "travel_minutes",
            "number",
            "write a plain number, such as 12 or 0.5, or leave it blank",
        ],
    ]
    table = stored(engine, TravelTime)
    assert table[["from_id", "to_id", "transport", "travel_minutes"]].to_numpy().tolist() == [
        ["s1", "v1", "car", 41.5],
        ["s1", "v1", "public_transport", 75.0],
        ["s2", "v1", "car", 0.0],
    ]


def test_a_pair_loaded_blank_and_again_as_car_is_one(load, engine):
    load_ends(load)
    load("travel_times", "from_id,to_id,travel_minutes\ns1,v1,41.5\n")

    again = load("travel_times", "from_id,to_id,travel_minutes,transport\ns1,v1,42,car\n")

    assert (again.inserted, again.updated) == (0, 1)
    assert stored(engine, TravelTime)["travel_minutes"].tolist() == [42.0]


def test_a_delivery_area_that_is_none_is_refused(load, engine):
    load("providers", "ukprn,name\n10099901,Example College\n")

    report = load(
        "venues",
        "venue_id,ukprn,name,delivery_area\n"
        "v1,10099901,One,wales; East of England;E07000008\n"
        "v2,10099901,Two,Walse\n"
        "v3,10099901,Three,\n",
    )

    assert (report.inserted, report.rejected) == (2, 1)
    assert report.rejects[["line", "field", "rule", "value"]].to_numpy().tolist() == [
        [3, "delivery_area", "unknown area", "Walse"]
    ]
    assert stored(engine, Venue)["venue_id"].tolist() == ["v1", "v3"]


def test_areas_load_from_polygons(load, engine):
    features = [
        {
            "type": "Feature",
            "properties": {"code": "a1", "name": "West", "kind": "district"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 52], [0, 51]]],
            },
        },
        {
            "type": "Feature",
            "properties": {"code": "a2", "name": None, "kind": "district"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[2, 51], [3, 51], [3, 52], [2, 52], [2, 51]]],
            },
        },
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features})

    first = load("areas", content, name="areas.geojson")
    again = load("areas", content, name="areas.geojson")

    assert (first.read, first.inserted, first.rejected) == (2, 1, 1)
    assert first.rejects[["line", "field", "rule"]].to_numpy().tolist() == [[2, "name", "required"]]
    assert again.unchanged == 1
    [shape] = stored(engine, Area).geometry
    assert shape.geom_type == "MultiPolygon"
    assert shape.bounds == (0, 51, 1, 52)


def test_a_workbook_loads_like_its_csv(load, engine, tmp_path):
    book = openpyxl.Workbook()
    for row in (["ukprn", "name", "employer_reviews"], [10099901, "Example", 12], [7, "Sample", 1]):
        book.active.append(row)
    book.save(tmp_path / "providers.xlsx")

    report = load("providers", None, name="providers.xlsx")

    assert (report.inserted, report.rejected) == (1, 1)
    assert stored(engine, Provider)["employer_reviews"].tolist() == [12]


def test_what_cannot_be_loaded_writes_nothing(load, engine, tmp_path):
    with pytest.raises(TableError, match="did you mean 'sites'"):
        load("site", "a\n1\n")
    with pytest.raises(SourceError, match="There is no file"):
        load("sites", None, name="none.csv")
    with pytest.raises(ColumnsError, match="did you mean 'employer'"):
        load("sites", "site_id,emploier\n1,2\n")
    with pytest.raises(MappingError, match="is for venues, not for providers"):
        load("providers", LEARNING_PROVIDERS, mapping="learning_providers_plus_venues")
    with pytest.raises(MappingError, match="lacks the column 'UKPRN'"):
        load("venues", "a\n1\n", mapping="learning_providers_plus_venues")
    with pytest.raises(GazetteerError, match="open the gazetteer first"):
        load("sites", "site_id,employer\n1,2\n", gazetteer=None)

    with reading(engine) as connection:
        assert set(count_rows(connection).values()) == {0}
        assert connection.execute(sa.select(sa.func.count()).select_from(Load)).scalar_one() == 0
    assert not list(tmp_path.glob("*.rejects.csv"))


def test_progress_is_told_in_order(load):
    steps = []

    load("sites", "site_id,employer\n1,2\n", progress=lambda *step: steps.append(step))

    assert [share for _, share in steps] == sorted(share for _, share in steps)
    assert steps[0] == ("Reading sites.csv", 0.0)
    assert steps[-1] == ("Loaded", 1.0)


def test_companies_become_candidates_and_the_same_file_twice_changes_nothing(
    engine, gazetteer, authorities, tmp_path
):
    path = companies_house.write(tmp_path)[0]

    def load():
        return load_file(engine, AUTO, path, authorities=authorities, gazetteer=gazetteer)

    first, again = load(), load()

    [table] = first.tables
    assert (table.table, table.inserted) == ("candidate_sites", 5)
    assert first.read == first.loaded + first.unchanged + first.rejected == 9
    assert (again.loaded, again.unchanged) == (0, 5)
    with reading(engine) as connection:
        assert read_table(connection, Site).empty
