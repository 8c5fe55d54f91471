"""What classes look like: complete, apart for every eye, and unknown never like anything known."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from geo.clusters import ClusterClass
from geo.gaps import GapClass
from geo.maps.palette import CLUSTER_SYMBOLS, GAP_SYMBOLS, VENUE_SYMBOLS
from geo.types import OfferStatus

# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color
# vision deficiency, IEEE TVCG 15(6), table for severity 1.0; they act on linear RGB.
EYES = {
    "usual": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
JUST_NOTICEABLE = 2.3  # CIE 1976 difference that an eye just sees


def lab(colour, eye):
    """CIE 1976 L*a*b* of a colour as an eye sees it, white point D65."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(EYES[eye] @ linear, 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    ratios = to_xyz @ seen / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(
        ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios / (3 * (6 / 29) ** 2) + 4 / 29
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_conversion_to_lab_gives_the_known_value_of_red():
    # sRGB red under D65: L* 53.24, a* 80.09, b* 67.20 (Lindbloom's colour calculator).
    assert lab("#ff0000", "usual") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


def test_every_class_has_a_symbol_with_words_of_its_own():
    for symbols, kinds in (
        (GAP_SYMBOLS, GapClass),
        (VENUE_SYMBOLS, OfferStatus),
        (CLUSTER_SYMBOLS, ClusterClass),
    ):
        labels = [symbol.label for symbol in symbols.values()]

        assert list(symbols) == list(kinds)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("eye", EYES)
def test_fills_of_gap_classes_stay_apart_for_every_eye(eye):
    fills = {kind: symbol.fill for kind, symbol in GAP_SYMBOLS.items() if symbol.fill}
    distances = {
        (a, b): float(np.linalg.norm(lab(fills[a], eye) - lab(fills[b], eye)))
        for a, b in combinations(fills, 2)
    }

    assert min(distances.values()) > 4 * JUST_NOTICEABLE, min(distances, key=distances.get)


def test_only_unknown_is_hollow_and_dashed():
    for symbols in (GAP_SYMBOLS, VENUE_SYMBOLS):
        hollow = [str(kind) for kind, symbol in symbols.items() if symbol.fill is None]

        assert hollow == ["unknown"]
    assert [str(kind) for kind, symbol in GAP_SYMBOLS.items() if symbol.dash] == ["unknown"]


def test_could_be_delivered_looks_like_no_gap_and_not_unknown():
    could = GAP_SYMBOLS[GapClass.COULD_BE_DELIVERED]
    others = [GAP_SYMBOLS[kind] for kind in (GapClass.NO_REACH, GapClass.UNKNOWN)]

    assert could.fill not in [symbol.fill for symbol in others]
    assert could.path_options() not in [symbol.path_options() for symbol in others]


def test_a_hollow_symbol_can_still_be_clicked():
    options = GAP_SYMBOLS[GapClass.UNKNOWN].path_options()

    assert options["fill"] is True
    assert options["fillOpacity"] == 0.01
    assert options["dashArray"] == "2 2"
