"""The service: database, use cases, HTTP, pages and commands."""
