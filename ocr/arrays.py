"""The array types that the steps hand to each other: shapes and units are said where they are made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
"""height × width, 255 is white"""
Colour = NDArray[np.uint8]
"""height × width × 3 in the order red, green, blue"""
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
HalfFloats = NDArray[np.float16]
Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]
