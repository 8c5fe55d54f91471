"""Search by site, employer or venue name, whichever programme is shown."""

from __future__ import annotations

import folium
from folium.plugins import Search
from folium.template import Template


class NameSearch(Search):
    """Leaflet's search over all sites and venues, with suggestions written as text.

    Folium's own template searches one layer and lets the control write names as HTML. This one
    opens what it finds on the layer that is shown; where a name stands twice, the id tells the
    second from the first.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (map => {
            const records = {};
            const add = (names, kind, id, at) => {
                const name = names.filter(Boolean).join(', ');
                const label = `${name} (${kind})`;
                const free = label in records ? `${name} (${kind} ${id})` : label;
                records[free] = Object.assign(L.latLng(at), {kind, id});
            };
            for (const [id, employer, name, lat, lon] of skillshed.sites) {
                add([employer, name], 'site', id, [lat, lon]);
            }
            {{ this.layer.get_name() }}.eachLayer(venue => {
                const p = venue.feature.properties;
                add([p.name, p.provider], 'venue', p.venue_id, venue.getLatLng());
            });
            const control = new L.Control.Search({
                collapsed: {{ this.collapsed|tojson }},
                position: {{ this.position|tojson }},
                textPlaceholder: {{ this.placeholder|tojson }},
                textErr: 'Nothing has that name',
                autoType: false,
                firstTipSubmit: true,
                delayType: 150,
                tooltipLimit: 30,
                marker: {icon: false, animate: false, circle: {
                    radius: 14, weight: 3, color: '#d55e00', fill: false, interactive: false,
                }},
                sourceData: (text, done) => { done(records); return {abort() {}}; },
                formatData: found => found,
                filterData: (text, all) => {
                    const words = text.toLocaleLowerCase('en-GB').split(/\\s+/).filter(Boolean);
                    return Object.fromEntries(Object.entries(all).filter(([label]) => {
                        const name = label.toLocaleLowerCase('en-GB');
                        return words.length && words.every(word => name.includes(word));
                    }));
                },
                buildTip: label => {
                    const tip = L.DomUtil.create('li');
                    tip.textContent = label;
                    return tip;
                },
                moveToLocation: at => map.setView(
                    at, Math.max(map.getZoom(), {{ this.search_zoom }}), {animate: false}),
            });
            control.on('search:locationfound', ({latlng}) => {
                const key = `${latlng.kind}_id`;
                const layers = latlng.kind === 'site' ? skillshed.shown : skillshed.venues;
                if (!map.hasLayer(layers)) { return; }
                layers.eachLayer(layer => {
                    if (layer.feature.properties[key] === latlng.id) { layer.openPopup(latlng); }
                });
            });
            map.addControl(control);
            const input = map.getContainer().querySelector('input.search-input');
            // Suggestions come a moment after the text: Enter must choose by the text as it is.
            input.addEventListener('keydown', event => {
                if (event.key !== 'Enter' || control._tooltip.currentSelection > -1) { return; }
                clearTimeout(control.timerKeypress);
                control._recordsCache = records;
                control.showTooltip(control.options.filterData(input.value, records));
            }, {capture: true});
            input.removeAttribute('role');
            input.setAttribute('aria-label', {{ this.placeholder|tojson }});
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, venues: folium.FeatureGroup, *, zoom: int = 11) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            venues, search_zoom=zoom, placeholder="Find a site, employer or venue", collapsed=False
        )
        self._name = "NameSearch"

    def render(self, **kwargs: object) -> str:
        """Render without folium's look at the first feature of a layer: there may be none."""
        super(Search, self).render(**kwargs)  # type: ignore[no-untyped-call]
        return ""
