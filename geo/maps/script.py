"""The page's own script: how features are drawn, described, found and labelled.

Every text from the data is written with ``textContent``; nothing here makes HTML of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from branca.element import MacroElement
from folium.template import Template

from geo.maps.palette import CLUSTER_SYMBOLS, GAP_SYMBOLS, VENUE_SYMBOLS, Symbol

# Outside its texts JSON holds none of the dangerous characters but single braces.
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_DANGEROUS = re.compile(r"[<>&'{}]")


@dataclass(frozen=True, slots=True)
class Label:
    """A name written on the map; earlier labels win where two do not fit."""

    text: str
    latitude: float
    longitude: float
    kind: str


def script_json(value: object) -> str:
    """Return JSON that is safe inside a script element, whatever texts it holds.

    Nothing in it can end the element or start another, and it is pure ASCII. Braces inside texts
    are escaped too, because branca compiles the script that an element renders as a template
    once more: a name such as ``{{ 7 * 7 }}`` would be run as code where folium's own ``tojson``
    writes it. Every outside text on a map goes through here.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return _JSON_TEXT.sub(_escape_all, text)


def _escape_all(match: re.Match[str]) -> str:
    return _DANGEROUS.sub(lambda found: f"\\u{ord(found.group(0)):04x}", match.group(0))


class DrawingScript(MacroElement):
    """Functions and tables that the layers refer to; it must stand before them on the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        const skillshed = {
            map: {{ this._parent.get_name() }},
            symbols: {{ this.symbols }},
            sites: {{ this.sites }},
            texts: {{ this.texts }},
        };
        // Symbols grow with the scale, so that a country full of them can still be read; venues
        // start smaller than sites, whose gaps are what the map is about.
        skillshed.size = (full, least) =>
            Math.min(full, Math.max(least, least + (skillshed.map.getZoom() - 6.5) * 0.8));
        // A square beside Leaflet's circle, so that venues differ from sites by shape.
        L.Canvas.include({
            _updateSquare(layer) {
                if (!this._drawing || layer._empty()) { return; }
                const {x, y} = layer._point, r = layer._radius;
                this._ctx.beginPath();
                this._ctx.rect(x - r, y - r, 2 * r, 2 * r);
                this._fillStroke(this._ctx, layer);
            },
        });
        // What stands at one place is set apart on the screen, not on the ground: venues in the
        // middle, sites around them, closer together when far out.
        skillshed.Fanned = L.CircleMarker.extend({
            _project() {
                const {fan} = this.feature.properties;
                const open = Math.min(1, Math.max(0.4, 0.4 + (this._map.getZoom() - 6) / 8));
                const away = 9 * Math.sqrt(fan) * open, turn = fan * 2.39996;
                this._radius = skillshed.size(this.options.radius, this.options.least);
                this._point = this._map.latLngToLayerPoint(this._latlng)
                    .add([away * Math.cos(turn), away * Math.sin(turn)]);
                this._updateBounds();
            },
        });
        skillshed.Square = skillshed.Fanned.extend({
            _updatePath() { this._renderer._updateSquare(this); },
        });
        skillshed.siteStyle = f => skillshed.symbols.gap[f.properties.gap_class].options;
        skillshed.venueStyle = f => skillshed.symbols.venue[f.properties.status].options;
        skillshed.clusterStyle = f => skillshed.symbols.cluster[f.properties.cluster_class].options;
        skillshed.marker = (Kind, feature, at, least) => {
            const marker = new Kind(at, {radius: 6, least});
            marker.feature = feature;
            return marker;
        };
        skillshed.siteMarker = (f, at) => skillshed.marker(skillshed.Fanned, f, at, 4.5);
        skillshed.venueMarker = (f, at) => skillshed.marker(skillshed.Square, f, at, 3);

        skillshed.write = (tag, text, parent, name) => {
            const element = L.DomUtil.create(tag, name || '', parent);
            element.textContent = text;
            return element;
        };
        skillshed.number = (value, decimals, unit) => value === null
            ? 'unknown'
            : value.toLocaleString('en-GB', {
                minimumFractionDigits: decimals, maximumFractionDigits: decimals,
            }) + unit;
        skillshed.titleOf = p => p.name ? `${p.employer}, ${p.name}` : p.employer;
        skillshed.describe = (layer, title, kind, rows) => {
            layer.bindTooltip(() => {
                const box = L.DomUtil.create('div');
                skillshed.write('strong', title, box);
                skillshed.write('div', kind, box);
                return box;
            }, {sticky: true, className: 'sk-tip'});
            layer.bindPopup(() => {
                const box = L.DomUtil.create('div', 'sk-card');
                skillshed.write('h2', title, box);
                skillshed.write('p', kind, box, 'sk-kind');
                const list = L.DomUtil.create('dl', '', box);
                for (const [term, text] of rows.filter(row => row[1])) {
                    skillshed.write('dt', term, list);
                    skillshed.write('dd', text, list);
                }
                return box;
            }, {maxWidth: 340});
        };
        skillshed.nearest = p => p.nearest_minutes === null && p.reachable_venues === 0
            ? 'none within reach' : skillshed.number(p.nearest_minutes, 1, ' minutes');
        skillshed.onSite = programme => (feature, layer) => {
            const p = feature.properties, number = skillshed.number;
            skillshed.describe(
                layer, skillshed.titleOf(p), skillshed.symbols.gap[p.gap_class].label, [
                    ['Programme', programme],
                    ['Why', p.reason],
                    ['Cheapest fix', p.fix],
                    ['Demand', number(p.demand, 2, ' places a year')],
                    ['Places available', number(p.places_available, 2, ' places a year')],
                    ['Unmet', number(p.unmet, 2, ' places a year')],
                    ['Venues within reach', number(p.reachable_venues, 0, '')],
                    ['Nearest', skillshed.nearest(p)],
                    ['Site', p.site_id],
                ]);
        };
        skillshed.siteLayer = (programme, rows) => L.geoJSON(rows.map(row => {
            const [site, demand, places_available, unmet, reachable_venues, nearest_minutes] = row;
            const [site_id, employer, name, lat, lon, fan] = skillshed.sites[site];
            const [gap_class, reason, fix] = row.slice(6).map(text => skillshed.texts[text]);
            return {
                type: 'Feature',
                properties: {
                    site_id, employer, name, fan, demand, places_available, unmet,
                    reachable_venues, nearest_minutes, gap_class, reason, fix,
                },
                geometry: {type: 'Point', coordinates: [lon, lat]},
            };
        }), {
            style: skillshed.siteStyle,
            pointToLayer: skillshed.siteMarker,
            onEachFeature: skillshed.onSite(programme),
        });
        skillshed.onVenue = (feature, layer) => {
            const p = feature.properties;
            skillshed.describe(
                layer, p.name, `Training venue: ${skillshed.symbols.venue[p.status].label}`, [
                    ['Provider', p.provider], ['Offers', p.offers], ['Venue', p.venue_id],
                ]);
        };
        skillshed.onCluster = (feature, layer) => {
            const p = feature.properties, number = skillshed.number;
            skillshed.describe(layer, p.name, skillshed.symbols.cluster[p.cluster_class].label, [
                ['Employers', number(p.employers, 0, '')],
                ['Known jobs', number(p.employment, 0, '')],
            ]);
        };
        {% endmacro %}
        """
    )

    def __init__(self, sites: Sequence[Sequence[object]], texts: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "DrawingScript"
        self.sites = script_json(sites)
        self.texts = script_json(texts)
        self.symbols = script_json(
            {
                "gap": _described(GAP_SYMBOLS),
                "venue": _described(VENUE_SYMBOLS),
                "cluster": _described(CLUSTER_SYMBOLS),
            }
        )


class PageScript(MacroElement):
    """What the page does once its layers stand: labels, legend, names for screen readers.

    Parameters
    ----------
    title
        What the map shows, for screen readers.
    site_layers
        Names of the programmes' layers in the script, in the order of the legend's sections.
    venues, clusters
        Names of those layers in the script.
    labels
        Names to write on the map, the most important first.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        skillshed.siteLayers = [{{ this.site_layers|join(', ') }}];
        skillshed.venues = {{ this.venues }};
        skillshed.shown = {{ 'skillshed.siteLayers[0]' if this.site_layers else 'null' }};
        (map => {
            const container = map.getContainer();
            container.setAttribute('role', 'region');
            container.setAttribute('aria-label', {{ this.title }});

            map.on('baselayerchange', event => {
                skillshed.shown = event.layer;
                map.closePopup();
                const chosen = skillshed.siteLayers.indexOf(event.layer);
                for (const section of document.querySelectorAll('[data-programme]')) {
                    section.hidden = Number(section.dataset.programme) !== chosen;
                }
            });
            // Sites stay on top: whatever is switched on again goes below them.
            map.on('overlayadd', () => {
                skillshed.venues.bringToBack();
                {{ this.clusters }}.bringToBack();
            });

            const names = {cluster: L.layerGroup(), region: L.layerGroup()};
            const labels = {{ this.labels }}.map(([text, lat, lon, kind]) => {
                const label = L.tooltip([lat, lon], {
                    permanent: true, className: `sk-label sk-${kind}`, opacity: 1,
                    direction: kind === 'region' ? 'center' : 'right',
                    offset: kind === 'region' ? [0, 0] : [9, 0],
                });
                const box = document.createElement('span');
                box.textContent = text;
                label.setContent(box);
                names[kind].addLayer(label);
                return {label, sides: kind === 'region'
                    ? [['center', 0, 0]]
                    : [['right', 9, 0], ['left', -9, 0], ['top', 0, -9], ['bottom', 0, 9]]};
            });
            const overlap = (a, b) => a.left < b.right && b.left < a.right
                && a.top < b.bottom && b.top < a.bottom;
            const place = () => {
                const edge = container.getBoundingClientRect();
                const taken = [...container.querySelectorAll('.leaflet-control')]
                    .map(control => control.getBoundingClientRect());
                const fits = box => !taken.some(other => overlap(box, other))
                    && box.left >= edge.left && box.right <= edge.right;
                for (const {label, sides} of labels.filter(item => map.hasLayer(item.label))) {
                    const element = label.getElement();
                    const side = sides.find(([direction, x, y]) => {
                        label.options.direction = direction;
                        label.options.offset = L.point(x, y);
                        label.update();
                        return fits(element.getBoundingClientRect());
                    });
                    element.style.visibility = side ? 'visible' : 'hidden';
                    if (side) { taken.push(element.getBoundingClientRect()); }
                }
            };
            const clusters = {{ this.clusters }};
            clusters.on('add', () => { names.cluster.addTo(map); place(); });
            clusters.on('remove', () => { names.cluster.remove(); place(); });
            names.region.addTo(map);
            if (map.hasLayer(clusters)) { names.cluster.addTo(map); }
            map.on('zoomend moveend resize', place);
            place();
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        title: str,
        *,
        site_layers: Sequence[str],
        venues: str,
        clusters: str,
        labels: Sequence[Label],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PageScript"
        self.title = script_json(title)
        self.site_layers = list(site_layers)
        self.venues = venues
        self.clusters = clusters
        self.labels = script_json([(it.text, it.latitude, it.longitude, it.kind) for it in labels])


def _described(symbols: Mapping[Any, Symbol]) -> dict[str, object]:
    return {
        str(kind): {"label": symbol.label, "options": symbol.path_options()}
        for kind, symbol in symbols.items()
    }
