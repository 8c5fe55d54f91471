"""The error tree: one base catches all."""

from __future__ import annotations

import inspect

from etl import errors


def test_every_error_has_the_one_base_and_stands_in_the_tree():
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]

    assert len(found) > 5
    for kind in found:
        assert issubclass(kind, errors.EtlError)
        assert kind.__name__ in errors.__doc__
