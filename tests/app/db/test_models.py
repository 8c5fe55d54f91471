"""The models together: complete, in the order of their references, named alike."""

from __future__ import annotations

import inspect

import pytest

from app.db import models
from app.db.base import Base, RegisterBase
from app.db.fields import fields_of


def test_every_register_table_is_listed_once():
    every = (*models.REGISTER_MODELS, *models.UNCOUNTED_MODELS)
    listed = [model.__tablename__ for model in every]
    defined = [model.__tablename__ for model in RegisterBase.__subclasses__()]

    assert sorted(listed) == sorted(defined)


def test_references_come_before_what_refers_to_them():
    order = [model.__tablename__ for model in models.REGISTER_MODELS]
    for position, name in enumerate(order):
        for key in Base.metadata.tables[name].foreign_keys:
            assert key.column.table.name in order[:position]


def test_the_package_exports_every_model():
    classes = {
        name for name, kind in inspect.getmembers(models, inspect.isclass) if issubclass(kind, Base)
    }

    assert classes | {"REGISTER_MODELS", "UNCOUNTED_MODELS"} == set(models.__all__)


@pytest.mark.parametrize("model", models.REGISTER_MODELS, ids=lambda model: model.__tablename__)
def test_keys_are_fields_of_text(model):
    fields = fields_of(Base.metadata.tables[model.__tablename__])

    assert {fields[name].kind.value for name in model.KEY} <= {"text", "choice"}
