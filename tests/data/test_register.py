"""The illustrative register is whole, plainly invented, and made anew to the byte."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from datetime import date

import pandas as pd
import pytest

from app.db.models import REGISTER_MODELS
from etl.tables import references, table_fields
from geo.types import Mode, OfferStatus, UnitPlace

SOURCE = "Illustrative data (invented)"
NOT_SHIPPED = {"areas", "travel_times", "area_employment"}
SHIPPED = [model for model in REGISTER_MODELS if model.__tablename__ not in NOT_SHIPPED]
AUDIENCES = {
    "employers and SMEs",
    "providers",
    "employees",
    "learners",
    "trade bodies",
    "societies",
    "schools",
}
NAMED = (
    ("providers", "name"),
    ("programmes", "title"),
    ("sites", "employer"),
    ("stakeholders", "organisation"),
    ("memberships", "organisation"),
    ("memberships", "body"),
    ("schools", "name"),
)
EMAIL = re.compile(r"@|\bmailto\b", re.IGNORECASE)
PHONE = re.compile(r"(?:\+44|\b0)\s?\d{2,4}[\s-]\d{3}")
PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir)\b\.?\s")


def numbers(column):
    return pd.to_numeric(column.replace("", None))


def all_cells(register):
    return pd.concat([table.melt()["value"] for table in register.values()])


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.__tablename__)
def test_columns_are_those_of_the_model(register, model):
    assert list(register[model.__tablename__].columns) == list(table_fields(model))


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.__tablename__)
def test_keys_are_unique_and_references_are_known(register, model):
    table = register[model.__tablename__]

    assert not table.duplicated(list(model.KEY)).any()
    for column, target in references(model).items():
        other, key = target.split(".")
        assert set(table[column]) - {""} <= set(register[other][key])


def test_every_table_is_there(register):
    assert set(register) == {model.__tablename__ for model in SHIPPED}


def test_the_script_makes_the_same_bytes_again(data_dir, tmp_path):
    subprocess.run(
        [sys.executable, data_dir / "make_register.py", "--out", tmp_path],
        check=True,
        capture_output=True,
        timeout=60,
    )
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (data_dir / "register").glob("*.csv")}

    assert made == kept


def test_it_is_as_large_as_it_says(register):
    assert 390 <= len(register["sites"]) <= 410
    assert len(register["venues"]) == 150
    assert 75 <= len(register["providers"]) <= 85
    assert len(register["programmes"]) == 8


def test_every_row_says_that_it_is_invented(register):
    with_source = [name for name, table in register.items() if "source" in table]

    assert set(with_source) == {"providers", "venues", "offers", "sites"}
    assert all(set(register[name]["source"]) == {SOURCE} for name in with_source)


def test_it_says_what_it_is(data_dir):
    about = tomllib.loads((data_dir / "register" / "about.toml").read_text("utf-8"))

    assert about["illustrative"] is True
    assert about["as_of"] == date(2026, 11, 1)
    assert about["source"] == SOURCE
    assert about["licence"] == "CC0-1.0"


@pytest.mark.parametrize(("table", "column"), NAMED)
def test_every_name_is_plainly_invented(register, table, column):
    assert register[table][column].str.match(r"Example [A-Za-z]").all()


def test_numbers_of_organisations_are_of_no_real_series(register):
    """No UKPRN begins with 9, no company number with EX, and .example is no real domain."""
    assert register["providers"]["ukprn"].str.fullmatch(r"999\d{5}").all()
    assert register["sites"]["company_number"].str.fullmatch(r"EX\d{6}").all()
    assert register["providers"]["website"].str.fullmatch(r"https://[a-z0-9-]+\.example/").all()


def test_one_organisation_has_one_name_and_number(register):
    by_number = register["sites"].groupby("company_number")["employer"].nunique()
    by_name = register["sites"].groupby("employer")["company_number"].nunique()

    assert by_number.max() == 1
    assert by_name.max() == 1
    assert register["providers"]["name"].is_unique
    assert by_name.index.size > 300


@pytest.mark.parametrize("pattern", [EMAIL, PHONE, PERSON], ids=["email", "phone", "person"])
def test_nothing_personal_is_in_it(register, pattern):
    cells = all_cells(register)

    assert cells[cells.str.contains(pattern)].tolist() == []


def test_no_cell_is_a_formula(register):
    cells = all_cells(register)

    assert cells[cells.str.match(r"[=+\-@\t\r]")].tolist() == []


@pytest.mark.parametrize("table", ["sites", "venues", "schools"])
def test_every_postcode_has_a_point_and_an_authority(register, gazetteer, table):
    found = gazetteer.find(register[table]["postcode"])

    assert found["easting"].notna().all()
    assert found["authority_code"].notna().all()


def test_places_come_from_the_list_of_postcodes(register, data_dir):
    listed = pd.read_csv(data_dir / "illustrative" / "postcodes.csv", dtype="str")
    used = pd.concat([register[name]["postcode"] for name in ("sites", "venues", "schools")])

    assert listed["postcode"].is_unique
    assert set(used) <= set(listed["postcode"])
    assert not used.isin(["SG1 2NY", "PE28 4HS", "CB2 0AA", "M13 9PL", "NE1 7RU"]).any()
    assert set(register["sites"]["latitude"]) == {""}
    assert set(register["venues"]["longitude"]) == {""}


def test_every_mode_and_status_is_offered(register):
    assert set(register["offers"]["mode"]) == set(map(str, Mode))
    assert set(register["offers"]["status"]) == set(map(str, OfferStatus))
    assert set(register["units"]["place"]) == set(map(str, UnitPlace))


def test_few_venues_say_nothing(register):
    silent = set(register["venues"]["venue_id"]) - set(register["offers"]["venue_id"])

    assert 0 < len(silent) <= 0.1 * len(register["venues"])


def test_programmes_have_levels_and_cohorts(register):
    programmes = register["programmes"].set_index("programme_code")

    assert set(programmes["min_cohort"]) == {"8"}
    assert (programmes.loc[programmes["nation"] == "Scotland", "level_rqf"] == "").all()
    assert (programmes.loc[programmes["nation"] == "Scotland", "level_scqf"] != "").all()
    assert (programmes.loc[programmes["nation"] == "England", "level_rqf"] != "").all()
    assert programmes["pathway"].nunique() == 4
    follow = programmes["progresses_to"].str.split(";").explode()
    assert set(follow) - {""} <= set(programmes.index)


@pytest.mark.parametrize("nation", ["England", "Scotland", "Wales", "Northern Ireland"])
def test_demand_shares_sum_to_at_most_one(register, nation):
    programmes = register["programmes"]
    applies = programmes["nation"].isin([nation, ""])

    assert 0 < numbers(programmes.loc[applies, "demand_share"]).sum() <= 1


def test_offers_and_sites_name_units_that_exist(register):
    offers, sites = register["offers"], register["sites"]
    units = register["units"].groupby("programme_code")["unit_code"].agg(set)
    offered = offers[offers["units"] != ""]
    stated = offered["units"].str.split(";").map(set)
    pairs = [*zip(stated, offered["programme_code"].map(units), strict=True)]

    assert all(have <= whole for have, whole in pairs)
    assert any(have < whole for have, whole in pairs)
    hosted = set(sites["units_hosted"].str.split(";").explode()) - {"", "none"}
    assert hosted <= set().union(*units)
    assert {"", "none"} < set(sites["units_hosted"])


def test_some_places_are_shared_ranged_or_unknown(register):
    offers = register["offers"]
    pools = offers[offers["pool_id"] != ""].groupby("pool_id")
    delivered = offers[offers["status"] == "delivered"]
    ranged = offers[offers["places_low"] != ""]
    places = ranged[["places_low", "places_per_year", "places_high"]].apply(numbers)

    assert pools["mode"].nunique().max() > 1
    assert pools["places_per_year"].nunique().max() == 1
    assert (delivered["places_per_year"] == "").any()
    assert (delivered["places_per_year"] != "").mean() > 0.9
    assert (places["places_low"] <= places["places_per_year"]).all()
    assert (places["places_per_year"] <= places["places_high"]).all()


def test_sizes_are_known_banded_or_unknown(register):
    sites = register["sites"]
    number, low, high = (sites[f"employees{end}"] != "" for end in ("", "_low", "_high"))

    assert (low == high).all()
    assert not (number & low).any()
    assert low.sum() > 10
    assert 10 < (~number & ~low).sum() < 60


def test_dates_lie_before_the_day_of_the_register(register):
    for table in register.values():
        if "as_at" in table:
            days = pd.to_datetime(table["as_at"], format="%Y-%m-%d")
            assert days.between("2026-01-01", "2026-11-01").all()


def test_champions_stand_at_every_level_and_some_have_expired(register):
    champions = register["champions"]

    assert set(champions["level"]) == {"0", "1", "2", "3", "4"}
    assert (champions["expires"] < "2026-11-01").any()
    assert (champions["expires"] > "2026-11-01").sum() > 10


def test_the_champion_at_huntingdon_outweighs_the_rest_and_needs_support(register):
    local = register["sites"][register["sites"]["postcode"].str.startswith("PE29")]
    people = numbers(local["employees"]).fillna(numbers(local["employees_high"]))
    anchor = local.loc[people.idxmax()]
    champion = register["champions"].set_index("site_id").loc[anchor["site_id"]]

    assert local["employer"].nunique() >= 5
    assert people.max() > 0.5 * people.sum()
    assert anchor["sensitive"] == "no"
    assert champion["level"] == "2"
    assert "Early indication" in champion["evidence"]
    assert champion["support_needed"] != ""


def test_a_few_sites_are_sensitive_and_lead_nothing(register):
    sites = register["sites"]
    sensitive = set(sites.loc[sites["sensitive"] == "yes", "site_id"])

    assert 1 <= len(sensitive) <= 2
    assert not sensitive & set(register["champions"]["site_id"])


def test_all_seven_audiences_are_heard(register):
    assert set(register["stakeholders"]["audience"]) == AUDIENCES


def test_achievements_are_suppressed_where_few_left(register):
    achievements = register["achievements"]
    suppressed = achievements["suppressed"] == "yes"

    assert ((achievements["rate"] == "") == suppressed).all()
    assert suppressed.sum() > 20
    national = achievements[achievements["ukprn"] == ""]
    assert set(achievements["programme_code"]) == set(national["programme_code"])


def test_the_checksums_are_those_of_the_files(data_dir):
    """``sha256sum *`` as data/README.md describes; mappings and scenarios change with the code."""
    lines = (data_dir / "SHA256SUMS").read_text("utf-8").splitlines()
    stated = {name: digest for digest, name in (line.split("  ", maxsplit=1) for line in lines)}
    files = [*data_dir.glob("*.csv"), *data_dir.glob("*.geojson")]
    files += [*(data_dir / "register").iterdir(), data_dir / "illustrative" / "plan.toml"]
    files.append(data_dir / "illustrative" / "postcodes.csv")

    assert stated == {
        path.relative_to(data_dir).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
