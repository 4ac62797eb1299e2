"""Cases of the descriptor's form: what cannot even be said."""

from __future__ import annotations

from pydantic import ValidationError

from mesh_platform.product.models import Erasure


def _sayable(strategy: str) -> bool:
    try:
        Erasure.model_validate({"strategy": strategy}, by_alias=True, by_name=False)
    except ValidationError:
        return False
    return True


def deletes() -> bool:
    return _sayable("delete_by_key")


def hashes() -> bool:
    return _sayable("hash")


def masks() -> bool:
    return _sayable("mask")
