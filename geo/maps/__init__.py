"""Drawings of results: folium maps built from tables, never saved here, outside text escaped."""
