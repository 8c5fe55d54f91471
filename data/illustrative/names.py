"""Names that are plainly invented: every one begins with "Example"."""

from __future__ import annotations

_FIRST = (
    "Alder", "Amber", "Anvil", "Aspen", "Avocet", "Badger", "Barley", "Basalt", "Beech", "Bittern",
    "Bramble", "Brindle", "Bugle", "Candle", "Cedar", "Chalk", "Clover", "Cobble", "Comet",
    "Copper", "Cowslip", "Crane", "Curlew", "Damson", "Dapple", "Dormouse", "Drum", "Dunlin",
    "Elder", "Ember", "Fennel", "Fern", "Fiddle", "Finch", "Flint", "Foxglove", "Garnet", "Gorse",
    "Granite", "Grebe", "Hazel", "Heron", "Hollow", "Hornbeam", "Ivory", "Jackdaw", "Juniper",
    "Kettle", "Kite", "Lantern", "Larch", "Lark", "Linnet", "Lupin", "Maple", "Marten", "Medlar",
    "Mica", "Mistle", "Moss", "Nettle", "Nuthatch", "Oat", "Ochre", "Osier", "Otter", "Pebble",
    "Pigeon", "Plover", "Poplar", "Quartz", "Quill", "Quince", "Reed", "Robin", "Rowan", "Rush",
    "Saffron", "Sable", "Shale", "Siskin", "Skylark", "Slate", "Sorrel", "Sparrow", "Spindle",
    "Starling", "Stoat", "Sycamore", "Tansy", "Teal", "Thistle", "Thrush", "Topaz", "Umber",
    "Vetch", "Walnut", "Warbler", "Willow", "Wren",
)  # fmt: skip

_EMPLOYERS: dict[str, tuple[str, ...]] = {
    "biopharma": ("Medicines", "Antibodies", "Vaccines", "Cell Works"),
    "medical technology": ("Devices", "Diagnostics", "Implants", "Sensors"),
    "contract research": ("Assays", "Trials", "Toxicology", "Study House"),
    "industrial biotechnology": ("Fermentation", "Enzymes", "Bioprocess", "Cultures"),
}
SEGMENTS = tuple(_EMPLOYERS)
"""Segments of the sector, in the words of the register."""

_PROVIDERS: dict[str, str] = {
    "further education college": "College",
    "independent training provider": "Training",
    "higher education institution": "Polytechnic",
}
PROVIDER_TYPES = tuple(_PROVIDERS)
"""Kinds of provider, in the words of the register."""


def employer_name(number: int, segment: str) -> str:
    """Return the name of the employer ``number``, counted from 0; no two are the same."""
    turn, first = divmod(number, len(_FIRST))
    ends = _EMPLOYERS[segment]
    return f"Example {_FIRST[first]} {ends[turn % len(ends)]}"


def provider_name(number: int, kind: str) -> str:
    """Return the name of the provider ``number``, counted from 0; no two are the same."""
    # From the end of the list, so that few share their first word with an employer nearby.
    return f"Example {_FIRST[-1 - number]} {_PROVIDERS[kind]}"


def school_name(number: int) -> str:
    """Return the name of the school ``number``, counted from 0; no two are the same."""
    return f"Example {_FIRST[(number * 7 + 3) % len(_FIRST)]} School"
