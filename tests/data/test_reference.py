"""The reference tables are complete, and say what is where."""

from __future__ import annotations

import json
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from etl.gazetteer import NO_COORDINATE
from etl.reference import (
    read_authorities,
    read_barriers,
    read_places,
    read_quarantined,
    read_regions,
)
from geo.barriers import blocked_by

REGIONS = {
    "North East",
    "North West",
    "Yorkshire and The Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
    "Scotland",
    "Wales",
    "Northern Ireland",
}
NATION_OF_CODE = {"E": "England", "S": "Scotland", "W": "Wales", "N": "Northern Ireland"}
ISLAND_AUTHORITIES = (
    "E06000046",  # Isle of Wight
    "E06000053",  # Isles of Scilly
    "S12000013",  # Na h-Eileanan Siar
    "S12000017",  # Highland
    "S12000021",  # North Ayrshire
    "S12000023",  # Orkney Islands
    "S12000027",  # Shetland Islands
    "S12000035",  # Argyll and Bute
    "N09000008",  # Mid and East Antrim
    "N09000004",  # Causeway Coast and Glens
)

# Town-centre postcodes by whose points the water is tested.
POSTCODES = {
    "Annan": "DG12 6AA",
    "Barnstaple": "EX31 1AA",
    "Barrow-in-Furness": "LA14 1DF",
    "Barrow upon Humber": "DN19 7AA",
    "Birkenhead": "CH41 5AA",
    "Boston": "PE21 6AB",
    "Bowness-on-Solway": "CA7 5AF",
    "Bristol": "BS1 4DZ",
    "Cambridge": "CB1 2AG",
    "Campbeltown": "PA28 6AB",
    "Canterbury": "CT1 2NS",
    "Cardiff": "CF10 1EH",
    "Chelmsford": "CM1 1HL",
    "Dundee": "DD1 1LN",
    "Dunoon": "PA23 7AB",
    "Edinburgh": "EH2 1EL",
    "Flint": "CH6 5AA",
    "Fortrose": "IV10 8TD",
    "Gloucester": "GL1 1AA",
    "Gourock": "PA19 1AA",
    "Gravesend": "DA12 2AA",
    "Heysham": "LA3 2AA",
    "Hoylake": "CH47 2AA",
    "Hull": "HU1 3RA",
    "Hunstanton": "PE36 6AA",
    "Ilfracombe": "EX34 9AA",
    "Inverness": "IV1 1EY",
    "King's Lynn": "PE30 1AA",
    "Kirkcaldy": "KY1 1AA",
    "Largs": "KA30 8AA",
    "Leeds": "LS1 2HH",
    "Liverpool": "L2 5BA",
    "Milton Park": "OX14 4RY",
    "Nairn": "IV12 4AA",
    "Newport": "NP20 1AE",
    "Newport-on-Tay": "DD6 8AA",
    "Oxford": "OX1 1EH",
    "Perth": "PH1 5AA",
    "Roslin": "EH25 9TT",
    "Runcorn": "WA7 1RN",
    "Sandwich": "CT13 9DR",
    "Sheerness": "ME12 1AA",
    "Skegness": "PE25 2AA",
    "Southend": "SS1 1AA",
    "Speke": "L24 8QR",
    "Stevenage": "SG1 1LN",
    "Swansea": "SA1 1ED",
    "Tilbury": "RM18 8AA",
    "Weston-super-Mare": "BS23 1AA",
    "Ayr": "KA7 1AA",
}
OPPOSITE = (
    ("Tilbury", "Gravesend", "Thames estuary"),
    ("Southend", "Sheerness", "Thames estuary"),
    ("Hull", "Barrow upon Humber", "Humber"),
    ("Cardiff", "Weston-super-Mare", "Severn estuary and Bristol Channel"),
    ("Swansea", "Ilfracombe", "Severn estuary and Bristol Channel"),
    ("Liverpool", "Birkenhead", "Mersey"),
    ("Edinburgh", "Kirkcaldy", "Forth"),
    ("Dundee", "Newport-on-Tay", "Tay"),
    ("Annan", "Bowness-on-Solway", "Solway Firth"),
    ("Barrow-in-Furness", "Heysham", "Morecambe Bay"),
    ("Skegness", "Hunstanton", "The Wash"),
    ("Hoylake", "Flint", "Dee"),
    ("Fortrose", "Nairn", "Moray Firth"),
    ("Gourock", "Dunoon", "Firth of Clyde"),
    ("Campbeltown", "Ayr", "Firth of Clyde"),
)
SAME_SHORE = (
    ("Cambridge", "Stevenage"),
    ("Sandwich", "Canterbury"),
    ("Hull", "Leeds"),
    ("Edinburgh", "Roslin"),
    ("Dundee", "Perth"),
    ("Liverpool", "Speke"),
    ("Speke", "Runcorn"),
    ("Cardiff", "Newport"),
    ("Bristol", "Gloucester"),
    ("Chelmsford", "Southend"),
    ("Oxford", "Milton Park"),
    ("Swansea", "Cardiff"),
    ("Ilfracombe", "Barnstaple"),
    ("Boston", "King's Lynn"),
    ("Inverness", "Nairn"),
    ("Largs", "Ayr"),
)


@pytest.fixture(scope="module")
def points(gazetteer):
    found = gazetteer.find(pd.Series(list(POSTCODES.values())))
    assert found["easting"].notna().all()
    return dict(zip(POSTCODES, shapely.points(found[["easting", "northing"]]), strict=True))


@pytest.fixture(scope="module")
def barriers(data_dir):
    return read_barriers(data_dir / "barriers.geojson")


def between(points, barriers, pairs):
    starts, ends = (np.array([points[pair[i]] for pair in pairs], dtype=object) for i in (0, 1))
    return list(blocked_by(starts, ends, barriers))


def test_opposite_shores_are_parted_by_their_estuary(points, barriers):
    assert between(points, barriers, OPPOSITE) == [name for _, _, name in OPPOSITE]


def test_one_shore_is_parted_by_nothing(points, barriers):
    found = between(points, barriers, SAME_SHORE)

    assert dict(zip(SAME_SHORE, found, strict=True)) == dict.fromkeys(SAME_SHORE, "")


def test_every_postcode_stands_on_exactly_one_island(gazetteer, barriers):
    islands = barriers[barriers["kind"] == "island"]
    coastal = np.flatnonzero(np.isin(gazetteer.authority_codes, ISLAND_AUTHORITIES))
    assert len(coastal) == len(ISLAND_AUTHORITIES)
    # Every postcode was tested once when the islands were drawn; here a tenth of the mainlands,
    # and all of the authorities that have islands.
    chosen = np.isin(gazetteer.authority, coastal)
    chosen[::10] = True
    chosen &= gazetteer.easting != NO_COORDINATE
    stand = shapely.points(gazetteer.easting[chosen], gazetteer.northing[chosen])
    times = np.zeros(len(stand), dtype=int)
    for island in islands.geometry:
        shapely.prepare(island)
        times += shapely.covers(island, stand)

    assert len(stand) > 300_000
    assert set(times) == {1}


@pytest.mark.parametrize(
    ("postcode", "island"),
    [
        ("PO30 1AF", "Isle of Wight"),
        ("KA27 8AJ", "Arran"),
        ("PA20 9AE", "Bute"),
        ("PA43 7JS", "Islay"),
        ("PA75 6NU", "Mull"),
        ("HS1 2DX", "Lewis and Harris"),
        ("KW15 1JH", "Orkney"),
        ("ZE1 0QS", "Shetland"),
        ("TR21 0JP", "Isles of Scilly"),
        ("BT1 5GS", "Ireland"),
        ("LL77 7TR", "Great Britain"),
        ("IV51 9BX", "Great Britain"),
        ("ME12 1AA", "Great Britain"),
    ],
)
def test_islands_are_where_their_postcodes_are(gazetteer, barriers, postcode, island):
    found = gazetteer.find(pd.Series([postcode]))
    assert found["found"].all()
    point = shapely.Point(found["easting"][0], found["northing"][0])
    islands = barriers[barriers["kind"] == "island"]

    assert list(islands.loc[islands.covers(point), "name"]) == [island]


def test_islands_do_not_overlap(barriers):
    islands = barriers.loc[barriers["kind"] == "island"].geometry

    assert islands.is_valid.all()
    assert islands.area.sum() == pytest.approx(islands.union_all().area, rel=1e-9)


def test_barriers_are_what_their_script_makes(data_dir, script):
    text = (data_dir / "barriers.geojson").read_text("utf-8")

    assert text == script("make_barriers").make_text()


def test_every_authority_of_the_gazetteer_is_named(data_dir, gazetteer):
    authorities = read_authorities(data_dir / "authorities.csv")
    placed = gazetteer.easting != NO_COORDINATE
    used = set(gazetteer.authority_codes[np.unique(gazetteer.authority[placed])]) - {""}

    assert set(authorities["authority_code"]) == used
    assert set(authorities["region"]) == REGIONS
    assert (authorities["nation"] == authorities["authority_code"].str[0].map(NATION_OF_CODE)).all()
    nations = authorities[authorities["nation"] != "England"]
    assert (nations["region"] == nations["nation"]).all()


@pytest.mark.parametrize(
    ("code", "authority", "region"),
    [
        ("E07000008", "Cambridge", "East of England"),
        ("E06000063", "Cumberland", "North West"),
        ("E06000065", "North Yorkshire", "Yorkshire and The Humber"),
        ("E06000066", "Somerset", "South West"),
        ("E08000039", "Sheffield", "Yorkshire and The Humber"),
        ("E07000114", "Thanet", "South East"),
        ("E07000035", "Derbyshire Dales", "East Midlands"),
        ("S12000050", "North Lanarkshire", "Scotland"),
        ("N09000003", "Belfast", "Northern Ireland"),
    ],
)
def test_authorities_lie_in_their_region(data_dir, code, authority, region):
    authorities = read_authorities(data_dir / "authorities.csv").set_index("authority_code")

    assert list(authorities.loc[code, ["authority", "region"]]) == [authority, region]


@pytest.mark.parametrize(
    ("place", "postcode", "county"),
    [
        ("Cambridge Biomedical Campus", "CB2 0AA", "Cambridgeshire"),
        ("Discovery Park, Sandwich", "CT13 9FF", "Kent"),
        ("Chelmsford", "CM1 1GU", "Essex"),
        ("Huntingdon", "PE29 3LB", "Cambridgeshire"),
        ("Stevenage", "SG1 2NY", "Hertfordshire"),
        # Ceremonial counties have these, county councils do not.
        ("Peterborough", "PE1 1AA", "Peterborough"),
        ("Southend-on-Sea", "SS1 1AA", "Southend-on-Sea"),
        ("Medway", "ME4 4TZ", "Medway"),
        # The county councils of these are gone.
        ("Cumberland", "CA1 1AA", "Cumberland"),
        ("Belfast", "BT7 1NN", "Belfast"),
    ],
)
def test_places_lie_in_their_county(data_dir, gazetteer, place, postcode, county):
    """By containment: the nearest of some points of counties would be another one."""
    authorities = read_authorities(data_dir / "authorities.csv").set_index("authority_code")
    code = gazetteer.find([postcode])["authority_code"].item()

    assert authorities.loc[code, "county"] == county, place


def test_only_districts_have_a_council_above_them(data_dir):
    authorities = read_authorities(data_dir / "authorities.csv")
    district = authorities["authority_code"].str.startswith("E07")
    counties = authorities.loc[district].groupby("county")["region"].nunique()

    # 21 county councils, each within one region, over 164 districts.
    assert (district.sum(), len(counties)) == (164, 21)
    assert (counties == 1).all()
    assert (authorities.loc[~district, "county"] == authorities.loc[~district, "authority"]).all()
    assert not set(counties.index) & set(authorities.loc[~district, "authority"])


def test_quarantined_postcodes_are_known_and_stand_where_many_do(data_dir, gazetteer):
    quarantined = read_quarantined(data_dir / "quarantined_postcodes.csv")

    found = gazetteer.find(list(quarantined))

    assert {"CB21 5RB", "CB5 8ZJ"} <= set(quarantined)
    assert found["found"].all()
    assert (found["shared_by"] >= 100).all()
    assert all(quarantined.values())


def test_regions_agree_with_the_regions_of_authorities(data_dir, gazetteer):
    """Postcodes inside the simplified regions lie in the region of their authority."""
    regions = read_regions(data_dir / "regions.geojson").to_crs("EPSG:27700")
    authorities = read_authorities(data_dir / "authorities.csv").set_index("authority_code")
    chosen = np.flatnonzero(gazetteer.easting != NO_COORDINATE)[::200]
    stand = gpd.GeoDataFrame(
        {"code": gazetteer.authority_codes[gazetteer.authority[chosen]]},
        geometry=gpd.points_from_xy(gazetteer.easting[chosen], gazetteer.northing[chosen]),
        crs="EPSG:27700",
    )
    inside = stand.sjoin(regions, predicate="within")
    agree = inside["name"] == inside["code"].map(authorities["region"])

    assert set(regions["name"]) == REGIONS
    assert len(inside) > 0.97 * len(stand)
    assert agree.mean() > 0.99


def test_regions_share_their_borders_and_are_small(data_dir):
    path = data_dir / "regions.geojson"
    regions = read_regions(path)
    metric = regions.to_crs("EPSG:27700").geometry
    flat = shapely.get_coordinates(regions.geometry.array)

    assert path.stat().st_size < 150_000
    assert regions.is_valid.all()
    assert metric.area.sum() == pytest.approx(metric.union_all().area, rel=1e-5)
    assert np.array_equal(flat, flat.round(6))


def test_regions_are_dissolved_with_the_units_whose_nation_is_missing(tmp_path, script):
    """Two units of Cheshire without a nation join their region; Scotland's regions become one."""
    units = [
        ("Cheshire East", "North West", None),
        ("Lancashire", "North West", "England"),
        ("Fife", "Eastern", "Scotland"),
        ("Moray", "North Eastern", "Scotland"),
    ]
    edges = pairwise([-3.0, -2.5, -2.0, -1.5, -1.0])
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "region": region, "geonunit": nation},
            "geometry": shapely.geometry.mapping(shapely.box(west, 53, east, 53.5)),
        }
        for (name, region, nation), (west, east) in zip(units, edges, strict=True)
    ]
    source = tmp_path / "gbr.json"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    module = script("make_regions")

    made = json.loads(module.to_text(module.make_regions(module.read_units(source))))

    assert [feature["properties"] for feature in made["features"]] == [
        {"name": "North West", "nation": "England"},
        {"name": "Scotland", "nation": "Scotland"},
    ]
    west, *_, east = sorted({x for x, _ in made["features"][0]["geometry"]["coordinates"][0][0]})
    assert (west, east) == (-3.0, -2.0)


def test_places_stand_among_their_postcodes(data_dir, gazetteer):
    places = read_places(data_dir / "places.csv")
    near = gazetteer.nearest(shapely.get_coordinates(places.geometry.array))
    by_name = places.set_index("name").geometry
    huntingdon = gazetteer.find(pd.Series(["PE29 3LB"]))

    assert len(places) >= 120
    assert places["name"].is_unique
    assert near["distance_metres"].max() < 1000
    assert by_name["Huntingdon"].distance(shapely.Point(huntingdon.iloc[0, :2])) < 1500
