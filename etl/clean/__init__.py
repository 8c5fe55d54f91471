"""Cleaning: pure functions from raw tables to rows and rejects."""
