"""PP-OCRv6 small, the recogniser only, from the weights inside the rapidocr wheel."""

from __future__ import annotations

import hashlib
import importlib.util
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from ocr.arrays import Floats, Gray, HalfFloats
from ocr.decoding.charsets import fold, wider
from ocr.engines import EngineMissing
from ocr.engines.session import THREADS, only_fetched, session
from ocr.posterior import BLANK, NOTHING, Alphabet, FeaturePosterior, Head, Posterior

HEIGHT = 48
STEP = 64
WIDEST = 1600
BATCH_PIXELS = 8 * 320
"""Widths in one batch add up to no more: larger batches are not faster and cost memory."""

FEATURES, WEIGHTS, BIAS = "p2o.pd_op.transpose.8.0", "linear_8.w_0", "linear_8.b_0"


class PaddleReader:
    """A recogniser held in memory; thread-safe, as onnxruntime's sessions are."""

    name = "ppocr"

    def __init__(self, weights: bytes, threads: int = THREADS) -> None:
        self._session = session(with_outputs(weights, (FEATURES, WEIGHTS, BIAS)), threads)
        written = self._session.get_modelmeta().custom_metadata_map["character"]
        dictionary = written.split("\n")
        self.alphabet = _alphabet(written)
        self.weights = hashlib.sha256(weights).hexdigest()[:8]
        blank = np.ones((1, 3, HEIGHT, STEP), np.float32)
        matrix, bias = self._session.run([WEIGHTS, BIAS], {"x": blank})
        self._head = Head(np.ascontiguousarray(np.asarray(matrix, np.float32).T), np.asarray(bias, np.float32))
        # the network's own last layer answers 18,710 characters a frame; only those that stand for something written
        # in Japan are of use, so it is left out of the run and done here for these
        self.kept = np.asarray([BLANK] + [i for i, c in enumerate(dictionary, 1) if fold(c)] + [len(dictionary) + 1])
        self._kept_weights = np.ascontiguousarray(self._head.weights[self.kept].T)
        self._kept_bias = self._head.bias[self.kept]
        self._only_features = only_fetched()

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        """One posterior a line; lines are scaled to 48 pixels of height, too wide ones are squeezed."""
        return list(self.seen(lines))

    def seen(self, lines: Sequence[Gray]) -> list[FeaturePosterior]:
        answers: dict[int, FeaturePosterior] = {}
        for batch in batches([prepare(line) for line in lines]):
            stacked = np.stack([image for _, image in batch])
            pixels = np.repeat(stacked[:, None, :, :], 3, axis=1)
            features = self._session.run([FEATURES], {"x": pixels}, self._only_features)[0]
            for (place, _), seen in zip(batch, features, strict=True):
                answers[place] = self._posterior(seen.copy())
        return [answers[place] for place in range(len(lines))]

    def again(self, features: Floats | HalfFloats, weights: str) -> FeaturePosterior | None:
        """What was seen in a line, from the features that were kept of it; None for those of other weights."""
        return self._posterior(np.asarray(features, np.float32)) if weights == self.weights else None

    def _posterior(self, features: Floats) -> FeaturePosterior:
        logits = features @ self._kept_weights
        logits += self._kept_bias
        most = logits.max(axis=1, keepdims=True)
        norm = np.log(np.exp(logits - most).sum(axis=1)) + most[:, 0]
        peak = np.full(len(self.alphabet), NOTHING, np.float32)
        peak[self.kept] = np.maximum((logits - norm[:, None]).max(axis=0), NOTHING)
        return FeaturePosterior(self.alphabet, self._head, features, np.asarray(norm, np.float32), peak, self.weights)


@cache
def _alphabet(dictionary: str) -> Alphabet:
    """One for all weights with the same dictionary: what decoding binds to an alphabet is bound once."""
    return wider(Alphabet(("", *dictionary.split("\n"), " ")))


def prepare(line: Gray) -> Floats:
    """Scaled to 48 rows, white added on the right up to the next bucket; −1 is black, 1 is white."""
    height, width = line.shape
    wide = min(max(round(width * HEIGHT / max(height, 1)), 8), WIDEST)
    small = cv2.resize(line, (wide, HEIGHT), interpolation=cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR)
    bucket = -(-wide // STEP) * STEP
    padded = np.full((HEIGHT, bucket), 255, np.uint8)
    padded[:, :wide] = small
    return padded.astype(np.float32) / 127.5 - 1.0


def batches(images: Sequence[Floats]) -> Iterator[list[tuple[int, Floats]]]:
    """Prepared lines with their places, those of one width together."""
    by_width: dict[int, list[tuple[int, Floats]]] = defaultdict(list)
    for place, image in enumerate(images):
        by_width[image.shape[1]].append((place, image))
    for width, group in sorted(by_width.items()):
        size = max(1, BATCH_PIXELS // width)
        for start in range(0, len(group), size):
            yield group[start : start + size]


def with_outputs(model: bytes, names: Sequence[str]) -> bytes:
    """The ONNX model with inner values as further outputs. Two protobuf messages written one after the other are one
    message with their lists joined, so no ONNX library is needed."""
    outputs = b"".join(_field(12, _field(1, name.encode())) for name in names)
    return model + _field(7, outputs)


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while True:
        value, seven = value >> 7, value & 127
        encoded.append(seven | (128 if value else 0))
        if not value:
            return bytes(encoded)


def original_weights() -> Path:
    """Where the rapidocr wheel keeps the recogniser; found without importing rapidocr (which imports much)."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise EngineMissing("rapidocr")
    path = Path(next(iter(spec.submodule_search_locations))) / "models" / "PP-OCRv6_rec_small.onnx"
    if not path.is_file():
        raise EngineMissing(str(path.name))
    return path


@cache
def original_reader() -> PaddleReader:
    """The reader with the wheel's weights, loaded once a process (0.15 s, some 150 MB)."""
    return PaddleReader(original_weights().read_bytes())
