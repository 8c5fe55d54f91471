"""BasicCompanyData: the sector's companies are candidates, and every other row is accounted for."""

from __future__ import annotations

import zipfile

import pytest
from canaries import CANARIES
from public_samples import companies_house as sample

from etl.errors import SourceError
from etl.sector import shipped_sector
from etl.sources.companies_house import FORMAT, NO_CODE, NOT_ACTIVE, OTHER_CODE, read_companies
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS


@pytest.fixture
def files(tmp_path):
    return sample.write(tmp_path)


@pytest.fixture(params=[0, 1], ids=["csv", "zip"])
def feed(files, request):
    probe = Probe(files[request.param])
    assert detect(probe, FORMATS) is FORMAT
    return FORMAT.read(probe)


def test_every_row_is_a_candidate_a_reject_or_set_aside(feed):
    [part] = feed.parts

    assert feed.read == len(sample.ROWS)
    assert list(part.cells["company_number"]) == [
        "09999901", "SC999902", "09999903", "09999905", "09999909",
    ]  # fmt: skip
    assert list(feed.rejects["rule"]) == ["out of scope by name"]
    assert dict(feed.set_aside) == {NO_CODE: 1, OTHER_CODE: 1, NOT_ACTIVE: 1}


def test_columns_are_found_though_their_names_begin_with_a_blank(feed):
    first = feed.parts[0].cells.iloc[0]

    assert first["company_number"] == "09999901"
    assert first["incorporated_on"] == "10/05/2019"
    assert feed.parts[0].date_format == "%d/%m/%Y"


def test_all_four_codes_are_looked_at(feed):
    row = feed.parts[0].cells.set_index("company_number").loc["SC999902"]

    assert row["employer"] == 'EXAMPLE "QUOTED", MEDICINES LTD'
    assert row["sic_codes"] == "70100;56302;72190;21200"


def test_the_address_counts_every_company_of_the_file(feed):
    cells = feed.parts[0].cells.set_index("company_number")

    assert cells.loc["09999901", "companies_at_address"] == "7"
    assert cells.loc["SC999902", "companies_at_address"] == "1"
    # Without a postcode it is not known, and not one.
    assert cells.loc["09999905", "companies_at_address"] == ""


def test_the_day_stands_in_the_name(feed):
    assert feed.as_at.isoformat() == "2025-06-01"
    assert set(feed.parts[0].cells["as_at"]) == {"2025-06-01"}


def test_nobody_is_named(feed):
    said = feed.parts[0].cells.to_csv() + feed.rejects.to_csv() + " ".join(feed.notes)

    assert not [word for word in CANARIES if word.casefold() in said.casefold()]


def test_a_row_that_does_not_fit_names_nobody_either(tmp_path):
    path = tmp_path / "BasicCompanyDataAsOneFile.csv"
    short = sample.line_of(sample.row_of(sample.ROWS[0])[:-1]).encode()
    path.write_bytes(sample.content() + short)

    feed = FORMAT.read(Probe(path))

    assert feed.read == len(sample.ROWS) + 1
    assert list(feed.rejects["rule"]) == ["out of scope by name", "too few fields"]
    assert not [word for word in CANARIES if word.casefold() in feed.rejects.to_csv().casefold()]
    assert feed.as_at is None


def test_without_companies_of_the_sector_there_are_no_candidates(tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes(sample.content([{"name": "A", "number": "12345678", "sic": sample.PUBS}]))

    feed = FORMAT.read(Probe(path))

    assert feed.parts[0].cells.empty
    assert dict(feed.set_aside) == {OTHER_CODE: 1}


def test_how_far_it_is_can_be_told(files):
    told = []

    read_companies(
        Probe(files[1]), shipped_sector(), told=lambda step, share: told.append((step, share))
    )

    assert [step.split()[0] for step, _ in told] == ["Unpacking", "Reading"]
    assert all(0 <= share <= 1 for _, share in told)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_an_archive_that_is_cut_short_says_what_to_do(files, share):
    content = files[1].read_bytes()
    files[1].write_bytes(content[: int(len(content) * share)])

    with pytest.raises(SourceError, match="or is cut short: download it again"):
        FORMAT.read(Probe(files[1]))


def test_an_archive_of_something_else_is_not_this_format(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "CompanyName,CompanyNumber\nA,1\n")

    assert FORMAT.recognise(Probe(path)) is None
