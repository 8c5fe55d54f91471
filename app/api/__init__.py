"""The routes below ``/api/v1`` and ``/health``: each asks for what it needs and does one thing."""
