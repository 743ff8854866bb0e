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


def has_unit_length(vector: Vectors) -> bool:
    """Return whether a vector, shape (dim,), is as long as vectors are: 1, or 0 where there was nothing to embed.

    >>> has_unit_length(np.array([0.6, 0.8])), has_unit_length(np.zeros(2)), has_unit_length(np.array([3.0, 4.0]))
    (True, True, False)
    """
    squared = float(np.vdot(vector, vector))
    return abs(squared - 1) < 2e-3 or squared == 0


def shape_of(vector: object) -> tuple[int, ...]:
    """Return the shape of whatever is given for a vector; () where it is none at all.

    >>> shape_of(np.zeros((1, 3))), shape_of([0.0, 1.0]), shape_of("north")
    ((1, 3), (2,), ())
    """
    return np.shape(vector) if isinstance(vector, np.ndarray | list | tuple) else ()
