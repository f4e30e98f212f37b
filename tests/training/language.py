"""Makes ocr/decoding/language.npz: how likely a character is after the two before it, in Japanese as clerks meet it.

    python -m tests.training.language DICTIONARY_OSS [--characters 20000000]

Nobody's text is read. DICTIONARY_OSS is the folder src/data/dictionary_oss of the Mozc source (Debian source package
`mozc`; BSD-3-Clause, NAIST-jdic and IPAdic notices in its README): a class bigram model with word costs of
-500 ln P. Sentences are drawn from it and their characters counted, together with the words of this product's own
forms. Only the counts are kept. The licences are repeated in ocr/decoding/LANGUAGE.md.
"""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import numpy as np

from ocr.decoding.language import ALPHABET, SHARPNESS, WHERE, encode

COST = 500.0
CHAINS, SEED = 60_000, 7
OWN_WEIGHT = 60
DISCOUNT = 0.7
LEAST_TWO, LEAST_THREE, GAIN = 4, 6, 25.0
"""A pair or triple is kept when it was met so often and, for triples, when dropping it would cost so many nats."""
ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("--characters", type=int, default=20_000_000)
    asked = parser.parse_args()
    text = drawn(asked.dictionary, asked.characters) + "\n" + "\n".join(own() * OWN_WEIGHT)
    arrays = fitted(encode(text))
    np.savez_compressed(WHERE, **arrays)
    print({name: len(array) for name, array in arrays.items()}, WHERE.stat().st_size)


def drawn(folder: Path, characters: int) -> str:
    """Sentences of the Markov chain over word classes, a phrase a line."""
    stored = np.loadtxt(folder / "connection_single_column.txt", dtype=np.int32)
    classes = int(stored[0])
    moves = np.exp(-stored[1:].reshape(classes, classes) / COST)
    rows = [
        line.split("\t") for path in sorted(folder.glob("dictionary0*.txt")) for line in path.open(encoding="utf-8")
    ]
    left = np.asarray([int(row[1]) for row in rows])
    right, chance = np.asarray([int(r[2]) for r in rows]), np.exp(-np.asarray([int(r[3]) for r in rows]) / COST)
    words = [row[4].rstrip("\n") for row in rows]
    order = np.argsort(left, kind="stable")
    first = np.searchsorted(left[order], np.arange(classes))
    last = np.searchsorted(left[order], np.arange(classes), side="right")
    moves[:, (first == last) & (np.arange(classes) > 0)] = 0
    sums = np.concatenate([[0.0], chance[order].cumsum()])
    along = moves.cumsum(axis=1)
    rng = np.random.default_rng(SEED)
    at = np.zeros(CHAINS, np.int64)
    said: list[list[str]] = [[] for _ in range(CHAINS)]
    made = 0
    while made < characters:
        nexts = np.zeros(CHAINS, np.int64)
        for place in np.unique(at):
            here = at == place
            nexts[here] = np.searchsorted(along[place], rng.random(int(here.sum())) * along[place, -1])
        nexts = np.minimum(nexts, classes - 1)
        wanted = sums[first[nexts]] + rng.random(CHAINS) * (sums[last[nexts]] - sums[first[nexts]])
        chosen = order[np.clip(np.searchsorted(sums[1:], wanted), first[nexts], np.maximum(last[nexts] - 1, 0))]
        for chain, (class_, word) in enumerate(zip(nexts, chosen, strict=True)):
            said[chain].append(words[word] if class_ else "\n")
            made += len(said[chain][-1])
        at = np.where(nexts == 0, 0, right[chosen])
    return "\n".join("".join(words) for words in said)


def own() -> list[str]:
    """The Japanese words of our own forms."""
    found: set[str] = set()
    for path in sorted((ROOT / "forms").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search("[ぁ-んァ-ヶ一-龥]", node.value)
            ):
                found.update(re.split(r"[\n（）「」：]", node.value))
    return sorted(line for line in found if line)


def fitted(text: np.ndarray) -> dict[str, np.ndarray]:
    """Absolute discounting, each order resting on the one below; quantised logarithms."""
    size = len(ALPHABET)
    ones = np.bincount(text, minlength=size).astype(np.float64)
    ones[0] = 0
    low = (ones + 0.5) / (ones + 0.5).sum()
    pairs, counts = np.unique(text[:-1].astype(np.int64) * size + text[1:], return_counts=True)
    kept = pairs % size != 0
    pairs, counts = pairs[kept], counts[kept].astype(np.float64)
    kept = counts >= LEAST_TWO
    total = np.bincount(pairs // size, counts, minlength=size)
    pairs, counts = pairs[kept], counts[kept]
    two, rest_one = _discounted(pairs // size, counts, total, low[pairs % size], size)
    triples, often = np.unique((text[:-2].astype(np.int64) * size + text[1:-1]) * size + text[2:], return_counts=True)
    kept = (triples % size != 0) & (triples // size % size != 0)
    triples, often = triples[kept], often[kept].astype(np.float64)
    place = np.searchsorted(pairs, triples // size)
    known = (place < len(pairs)) & (pairs[np.minimum(place, len(pairs) - 1)] == triples // size)
    triples, often, place = triples[known], often[known], place[known]
    totals = np.bincount(place, often, minlength=len(pairs))
    below = _low_two(triples % (size * size), pairs, two, rest_one, low, size)
    likely = (often - DISCOUNT) / totals[place]
    kept = (often >= LEAST_THREE) & (often * np.log(likely / below) > GAIN)
    triples, often, place = triples[kept], often[kept], place[kept]
    three, rest_two = _discounted(place, often, totals, below[kept], len(pairs))
    return {
        "one": _packed(np.log(low)),
        "rest_one": _packed(np.log(rest_one)),
        "pairs": pairs.astype(np.uint32),
        "two": _packed(np.log(two)),
        "rest_two": _packed(np.log(rest_two)),
        "triples": np.diff(triples, prepend=0).astype(np.uint64),
        "three": _packed(np.log(three)),
    }


def _discounted(
    owner: np.ndarray, counts: np.ndarray, totals: np.ndarray, below: np.ndarray, owners: int
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of what was met, and for each context what weight the lower order keeps for all else."""
    safe = np.maximum(totals, 1e-9)
    kept = np.bincount(owner, counts - DISCOUNT, minlength=owners) / safe
    rest = np.where(totals > 0, np.clip(1 - kept, 0.01, 1), 1.0)
    return (counts - DISCOUNT) / safe[owner] + rest[owner] * below, rest


def _low_two(
    wanted: np.ndarray, pairs: np.ndarray, two: np.ndarray, rest: np.ndarray, low: np.ndarray, size: int
) -> np.ndarray:
    place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    return np.where(pairs[place] == wanted, two[place], rest[wanted // size] * low[wanted % size])


def _packed(logs: np.ndarray) -> np.ndarray:
    return np.clip(np.round(-logs * SHARPNESS), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
