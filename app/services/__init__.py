"""Use cases: read the register, call the analysis, store and hand out what it found."""
