"""What a ward's confirmed lines teach: learn keys from a line, keep them, mix them into what the recogniser sees."""

from ocr.memory.gate import Examination, HeldOut, Trial, trial
from ocr.memory.keys import LineKeys
from ocr.memory.learning import Recalls, learn
from ocr.memory.memory import MOST_LINES, Memory

__all__ = ["MOST_LINES", "Examination", "HeldOut", "LineKeys", "Memory", "Recalls", "Trial", "learn", "trial"]
