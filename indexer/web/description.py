"""The HTTP API in OpenAPI 3.1, from the schema of the JSON contract."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from catalog.version import __version__

COEFFICIENTS = {"type": "string", "pattern": r"^[-+]?\d+(,[-+]?\d+)*$", "maxLength": 1000}
TEXT = {"type": "string", "maxLength": 2000}
NUMBER = {"type": "integer", "minimum": 1}
ARRAYS = {"type": "array", "items": {"type": "object"}}
NEXT = {"type": ["string", "null"], "description": "the address of the next page"}

FILTERS = {
    "constant": "a constant by name",
    "family": "the key of a family",
    "class": "how the error falls",
    "status": "what becomes of the convergents",
    "degree": "degrees of a and b, such as 1,2; - for any",
    "min_delta": "least delta",
    "max_delta": "largest delta",
    "min_growth": "least growth of the reduced denominators",
    "max_growth": "a growth that is not reached",
    "proof": "what stands behind the best relation",
    "identified": "yes: with a verified or proved relation; no: convergent, with neither that nor a closed form",
    "source": "words of the paper or author",
    "sort": "complexity, delta or newest",
    "after": "the key of the last row that was read",
}

ROUTES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "/pcf/{a}/{b}.json": (
        "A formula by its coefficients, constant terms first; evaluated where the catalogue does not have it",
        {"a": COEFFICIENTS, "b": COEFFICIENTS},
        {"$ref": "#/components/schemas/formula"},
    ),
    "/pcf/{a}/{b}/proof.json": (
        "The proof of what a formula is, as a certificate",
        {"a": COEFFICIENTS, "b": COEFFICIENTS},
        {"$ref": "#/components/schemas/proof"},
    ),
    "/formula/{number}.json": ("A formula by its number, by a redirection to its coefficients", {"number": NUMBER},
        {"$ref": "#/components/schemas/formula"}),
    "/identify.json": ("What a number matches", {"q": TEXT}, {"$ref": "#/components/schemas/number"}),
    "/formulas.json": (
        "Formulas that meet conditions, fifty at a time",
        {name: {"type": "string", "description": words, "maxLength": 200} for name, words in FILTERS.items()},
        {"type": "object", "required": ["formulas", "next"],
         "properties": {"formulas": {"$ref": "#/components/schemas/found"}, "next": NEXT}},
    ),
    "/constants.json": ("Constants in the order in which they are tried, fifty at a time", {"after": TEXT},
        {"type": "object", "properties": {"constants": ARRAYS, "next": NEXT}}),
    "/constant/{name}.json": ("A constant with its simplest formulas", {"name": TEXT}, {"type": "object"}),
    "/families.json": ("Infinite families, as laws", {}, {"type": "object", "properties": {"families": ARRAYS}}),
    "/fields.json": ("Matrix fields", {}, {"type": "object", "properties": {"fields": ARRAYS}}),
    "/field/{name}.json": ("A matrix field with its constants and fastest trajectories", {"name": TEXT},
        {"type": "object", "properties": {"constants": ARRAYS, "trajectories": ARRAYS}}),
    "/map.json": ("Canonical formulas by delta and the growth of the reduced denominators, counted in cells", {},
        {"type": "object", "properties": {"cells": ARRAYS}}),
    "/clusters.json": ("Clusters, the largest first", {}, {"type": "object", "properties": {"clusters": ARRAYS}}),
    "/clusters/{number}.json": ("A cluster with its simplest members", {"number": NUMBER}, {"type": "object"}),
    "/status.json": ("How far the indexer is, and what was found", {}, {"$ref": "#/components/schemas/status"}),
    "/reliability.json": ("Canonical formulas by proof and by kind of bound", {}, {"type": "object"}),
}  # fmt: skip
"""Each address with what it gives, its parameters, and the schema of the answer."""

REFUSALS = {
    "404": "it is not there",
    "422": "the request cannot be used",
    "429": "too many computations were asked for",
    "503": "the catalogue does not answer, or a computation took too long",
}
"""What a refusal means, by its status."""


def routes_described() -> list[tuple[str, str]]:
    """Return each address with what it gives."""
    return [(path, words) for path, (words, _, _) in ROUTES.items()]


@cache
def description() -> dict[str, Any]:
    """Return the description of the API; schemas are those of the contract."""
    contract = json.loads(files("indexer.contract").joinpath("contract.schema.json").read_text(encoding="utf-8"))
    text = json.dumps(contract["$defs"]).replace("#/$defs/", "#/components/schemas/")
    schemas = json.loads(text) | {
        "error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Formulary",
            "summary": "A catalogue of formulas for mathematical constants",
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "jsonSchemaDialect": contract["$schema"],
        "paths": {path: {"get": _operation(path, *told)} for path, told in ROUTES.items()},
        "components": {"schemas": schemas},
    }


def _operation(path: str, words: str, parameters: dict[str, Any], schema: Any) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}
    return {
        "summary": words,
        "operationId": path.strip("/").removesuffix(".json").translate(str.maketrans("/", "_", "{}")),
        "parameters": [
            {
                "name": name,
                "in": "path" if f"{{{name}}}" in path else "query",
                "required": f"{{{name}}}" in path or name == "q",
                "schema": kind,
            }
            for name, kind in parameters.items()
        ],
        "responses": {"200": {"description": words, "content": {"application/json": {"schema": schema}}}}
        | {status: {"description": reason, "content": error} for status, reason in REFUSALS.items()},
    }
