"""The page's script: what is written into it can neither end nor change it."""

from __future__ import annotations

import json
import re

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.maps.palette import CLUSTER_SYMBOLS, GAP_SYMBOLS, VENUE_SYMBOLS
from geo.maps.script import DrawingScript, Label, PageScript, script_json


@given(st.recursive(st.text() | st.none() | st.integers(), st.lists, max_leaves=8))
def test_json_in_a_script_says_the_same_and_is_harmless(value):
    written = script_json(value)

    assert json.loads(written) == value
    assert written.isascii()
    assert not re.search("[<>&']", written)
    # What branca does to every script that an element renders.
    assert jinja2.Template(written).render() == written


def test_the_end_of_a_script_is_written_so_that_it_ends_nothing():
    assert script_json("</script>") == '"\\u003c/script\\u003e"'


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}", "{# gone #}", "}}", '\\"{{ 7 }}'])
def test_a_template_in_a_name_is_not_run(text):
    written = jinja2.Template(script_json([{"name": text}])).render()

    assert json.loads(written) == [{"name": text}]


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json([float("nan")])


def test_every_class_reaches_the_script_with_its_words():
    symbols = json.loads(DrawingScript([], []).symbols)

    assert {name: set(kinds) for name, kinds in symbols.items()} == {
        "gap": set(map(str, GAP_SYMBOLS)),
        "venue": set(map(str, VENUE_SYMBOLS)),
        "cluster": set(map(str, CLUSTER_SYMBOLS)),
    }
    assert symbols["gap"]["no_reach"]["label"] == "Nothing within reach"


def test_labels_keep_their_order():
    labels = [Label("Cambridge", 52.17, 0.14, "cluster"), Label("East", 52.2, 0.3, "region")]

    script = PageScript("Map", site_layers=["a"], venues="v", clusters="c", labels=labels)

    assert json.loads(script.labels) == [
        ["Cambridge", 52.17, 0.14, "cluster"],
        ["East", 52.2, 0.3, "region"],
    ]
