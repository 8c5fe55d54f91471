"""Files in, register rows out: read, clean, geocode, load."""
