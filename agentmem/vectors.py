"""Vectors: float32, one row per text, unit length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def to_unit(rows: Vectors) -> Vectors:
    """Return `rows`, shape (n, dim), each divided by its length; rows of zeros stay zero."""
    lengths = np.sqrt(np.vecdot(rows, rows))
    lengths[lengths == 0] = 1
    unit: Vectors = rows / lengths[:, None]
    return unit


def shape_of(vector: object) -> tuple[int, ...]:
    """Return the shape of whatever is given for a vector; () where it is none at all.

    >>> shape_of(np.zeros((1, 3))), shape_of([0.0, 1.0]), shape_of("north")
    ((1, 3), (2,), ())
    """
    return np.shape(vector) if isinstance(vector, np.ndarray | list | tuple) else ()
