"""What a route may ask for."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient

from app.dependencies import check_parameters, get_connection, get_engine, get_reference
from app.main import create_app
from app.settings import Settings


def request_of(app, query="", path_params=None):
    return Request(
        {
            "type": "http",
            "app": app,
            "query_string": query.encode(),
            "path_params": path_params or {},
            "headers": [],
        }
    )


def test_an_application_that_the_factory_did_not_make_has_no_engine():
    app = FastAPI()
    app.state.engine = None
    with pytest.raises(TypeError, match="create_app"):
        get_engine(request_of(app))


def test_a_connection_is_in_one_transaction_and_given_back(small_register):
    app = create_app(Settings(register_file=small_register))
    with TestClient(app):
        assert app.state.register_is_current is False
        lent = get_connection(request_of(app), app.state.engine)
        connection = next(lent)
        assert connection.in_transaction()
        assert app.state.register_is_current is True
        lent.close()
        assert connection.closed


@pytest.mark.parametrize(
    ("query", "path_params", "message"),
    [
        ("a=1&b=2&a=1", {}, "more than once"),
        ("a=%00", {}, "NUL"),
        ("", {"run_id": "x\0"}, "NUL"),
    ],
)
def test_what_no_parameter_may_be_is_refused(query, path_params, message):
    with pytest.raises(RequestValidationError) as caught:
        check_parameters(request_of(None, query, path_params))
    assert message in caught.value.errors()[0]["msg"]


def test_other_parameters_pass():
    assert check_parameters(request_of(None, "a=1&b=1", {"run_id": "x"})) is None


def test_the_reference_tables_are_read_once_and_only_when_asked_for(small_register):
    app = create_app(Settings(register_file=small_register))
    assert app.state.reference is None
    found = get_reference(request_of(app))
    assert len(found.barriers) > 0
    assert get_reference(request_of(app)) is found
