"""Readers: one per kind of file, from the file to a raw table of text."""
