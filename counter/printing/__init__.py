"""Paper out: sheets as PDF, and how they look when empty."""

from counter.printing.blank import blank_images, packed_blanks, rasterise
from counter.printing.sheet import render_sheet

__all__ = ["blank_images", "packed_blanks", "rasterise", "render_sheet"]
