"""The register and the stored runs: models, engine, one reader and writer per group of tables."""
