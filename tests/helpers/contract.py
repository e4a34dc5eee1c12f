"""The JSON schema of the contract, and whether a value keeps to it."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = json.loads((resources.files("indexer.contract") / "contract.schema.json").read_text())


def validate(value: Any, kind: str) -> None:
    Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}).validate(value)
