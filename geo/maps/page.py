"""The page around a map: title, run, banner, legend, attribution; the same bytes every time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import folium
from branca.element import Element, Figure
from folium.template import Template

from geo.maps.palette import SEA

ILLUSTRATIVE = "Illustrative data"
FARTHEST_ZOOM, NEAREST_ZOOM = 4, 16
TABLE_TWIN = (
    "The same results stand as tables: on the page /ranking, in the API below "
    "/api/v1/coverage, and in the exported CSV file."
)
# Neither script nor table needs more of folium's links than these; the rest is for markers with
# icons, which these maps do not use.
_LINKS = ("leaflet", "leaflet_css")
_ELEMENT_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")

_STYLE = """
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; color: #222; background: #fff;
  font: 15px/1.4 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.sk-head { padding: .6rem 1rem; border-bottom: 1px solid #ccc; display: flex; flex-wrap: wrap;
  align-items: baseline; gap: .2rem 1.25rem; }
.sk-head h1 { font-size: 1.3rem; margin: 0; }
.sk-head p { margin: 0; color: #555; }
.sk-head .sk-banner { background: #222; color: #fff; padding: .1rem .7rem; font-weight: 600;
  border-radius: 3px; }
.sk-body { flex: 1; display: flex; min-height: 0; }
.sk-map { flex: 1; min-width: 0; position: relative; }
.sk-map .folium-map { position: absolute; inset: 0; background: SEA; font-size: 13px; }
.sk-legend { width: 23rem; overflow-y: auto; padding: .25rem 1rem 1rem; border-left: 1px solid #ccc;
  font-size: .87rem; box-sizing: border-box; }
.sk-legend h2 { font-size: .95rem; margin: .9rem 0 .2rem; }
.sk-legend p { margin: .2rem 0; color: #555; }
.sk-legend ul { margin: 0; padding-left: 1.1rem; }
.sk-legend table { border-collapse: collapse; width: 100%; }
.sk-legend caption { text-align: left; color: #555; padding-bottom: .2rem; }
.sk-legend th, .sk-legend td { text-align: left; font-weight: 400; padding: .1rem .3rem .1rem 0;
  vertical-align: middle; }
.sk-legend thead th { color: #555; font-size: .78rem; vertical-align: bottom; line-height: 1.15; }
.sk-legend td:nth-child(n+3), .sk-legend thead th:nth-child(n+3) { text-align: right;
  font-variant-numeric: tabular-nums; }
.sk-legend td:first-child { width: 24px; line-height: 0; }
.sk-foot { padding: .3rem 1rem; border-top: 1px solid #ccc; color: #555; font-size: .75rem; }
.sk-card h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.sk-card .sk-kind { margin: .1rem 0 .5rem; font-weight: 600; }
.sk-card dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .7rem; margin: 0; }
.sk-card dt { color: #555; }
.sk-card dd { margin: 0; overflow-wrap: anywhere; }
.sk-tip { white-space: normal; max-width: 20rem; width: max-content; }
.leaflet-tooltip.sk-label { background: none; border: 0; box-shadow: none; padding: 0;
  color: #1b1b1b; font-size: 12px; font-weight: 600; line-height: 1.1; max-width: 9rem;
  white-space: normal; width: max-content; margin: 0;
  text-shadow: 0 0 2px #fff, 0 0 2px #fff, 0 0 3px #fff, 0 0 4px #fff; }
.leaflet-tooltip.sk-label::before { display: none; }
.leaflet-tooltip.sk-region { color: #8a8474; font-weight: 400; font-size: 11px;
  letter-spacing: .04em; text-align: center; text-shadow: none; }
.leaflet-control-layers { max-width: 17rem; line-height: 1.25; }
.leaflet-control-layers-expanded { max-height: 55vh; overflow-y: auto; }
.leaflet-control-layers-list label > span { display: flex; align-items: baseline; gap: .3rem; }
.leaflet-control-layers-base::before { content: "Programme"; font-weight: 600; display: block; }
.leaflet-control-layers-overlays::before { content: "Also show"; font-weight: 600; display: block; }
.leaflet-container .leaflet-control-search .search-input { width: 15rem; box-sizing: content-box; }
.leaflet-container .leaflet-control-search .search-tooltip { max-height: 16rem; margin: 2px 0;
  background: #fff; width: 100%; }
.leaflet-container .leaflet-control-search .search-tip { background: #fff; white-space: normal;
  overflow-wrap: anywhere; padding: 4px 6px; }
.leaflet-container .leaflet-control-search .search-tip-select,
.leaflet-container .leaflet-control-search .search-tip:hover { background: #dbe7f3; }
@media (max-width: 800px) {
  html, body { height: auto; }
  .sk-body { flex-direction: column; }
  .sk-map { flex: none; height: 75vh; }
  .sk-legend { width: auto; border-left: 0; border-top: 1px solid #ccc; }
  .leaflet-control-layers-expanded { max-height: 25vh; max-width: 9.5rem; }
  .leaflet-container .leaflet-control-search .search-input { width: 6rem; }
}
""".replace("SEA", SEA)


@dataclass(frozen=True, slots=True)
class MapCaption:
    """What the page says of the map; every text may come from outside.

    Attributes
    ----------
    title
        What the map shows.
    run_id, as_of
        The result that it draws, and the day for which it holds.
    attribution
        Whom the data and the drawing are owed to.
    illustrative
        Whether the data is invented, which the page then says at the top.
    assumptions
        What the result rests on, a sentence each.
    withheld_sites
        Sites that count in the totals and may not be shown.
    """

    title: str
    run_id: str
    as_of: date
    attribution: str
    illustrative: bool
    assumptions: tuple[str, ...]
    withheld_sites: int


class MapPage(Figure):
    """A page with one map; its texts are variables of the template, which escapes them.

    ``legend`` is HTML whose texts are escaped already.
    """

    _template = Template(
        """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ this.caption.title|e }}{% if this.caption.illustrative %} ({{ this.banner }})\
{% endif %}</title>
{{ this.header.render(**kwargs) }}
<style>{{ this.style }}</style>
</head>
<body>
<header class="sk-head">
<h1>{{ this.caption.title|e }}</h1>
{% if this.caption.illustrative %}<p class="sk-banner">{{ this.banner }}</p>{% endif %}
<p>As of {{ this.as_of|e }}</p><p>Run {{ this.caption.run_id|e }}</p>
</header>
<div class="sk-body">
<main class="sk-map">{{ this.html.render(**kwargs) }}</main>
<aside class="sk-legend" aria-label="Legend">{{ this.legend }}</aside>
</div>
<footer class="sk-foot">{{ this.caption.attribution|e }}</footer>
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""
    )

    def __init__(self, caption: MapCaption, legend: str) -> None:
        super().__init__()
        self.caption = caption
        self.legend = legend
        self.banner = ILLUSTRATIVE
        self.style = _STYLE
        self.as_of = f"{caption.as_of.day} {caption.as_of:%B %Y}"
        self.header.add_child(Element(""), name="meta_http")


class OfflineMap(folium.Map):
    """A map without tiles that links to Leaflet and to nothing else."""

    def __init__(self, location: tuple[float, float]) -> None:
        super().__init__(
            location,
            tiles=None,
            prefer_canvas=True,
            control_scale=True,
            # The page's footer says whom the data is owed to, without links.
            attributionControl=False,
            zoomSnap=0.25,
            # Without tiles Leaflet takes its limits from here only, not from max_zoom.
            minZoom=FARTHEST_ZOOM,
            maxZoom=NEAREST_ZOOM,
        )
        # On the instance: folium's own methods would edit the lists of the class.
        self.default_js = [pair for pair in folium.Map.default_js if pair[0] in _LINKS]
        self.default_css = [pair for pair in folium.Map.default_css if pair[0] in _LINKS]

    def render(self, **kwargs: object) -> str:
        """Render without folium's head, whose viewport keeps readers from zooming the page."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        page = self.get_root()
        if isinstance(page, Figure):
            page.header.add_child(Element(""), name=self.get_name())
        return ""


def render_page(map_: folium.Map) -> str:
    """Return the page of ``map_`` as HTML, the same bytes for the same map content.

    Folium names its elements at random. Here they are numbered in the order in which they
    appear; text that only looks like such a name is left alone.
    """
    root = map_.get_root()
    html: str = root.render()
    known = _element_ids(root)
    numbers: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        name = match.group(0)
        if name not in known:
            return name
        return numbers.setdefault(name, f"{len(numbers) + 1}")

    return _ELEMENT_ID.sub(numbered, html)


def _element_ids(element: Element) -> set[str]:
    found = {element._id}
    for child in element._children.values():
        found |= _element_ids(child)
    return found
