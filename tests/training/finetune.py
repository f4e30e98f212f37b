"""Fine-tunes PP-OCRv6 small on training lines and averages the result with the original weights.

nice -n 15 python -m tests.training.finetune DATA OUT.onnx [--minutes 10] [--share 0.5] [--from state.npz]

The whole net learns but for its batch norms' statistics; of the last layer only characters that are written in Japan.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ocr.engines import ppocr
from ocr.reading import roomy
from tests.training.executor import HEAD, HEAD_BIAS, Graph
from tests.training.lines import Made, load_all

PIXELS = 16 * 320
"""Widths in one batch add up to this."""
RATE = 2.5e-4
WIDEST = 832


def batches(lines: list[Made], rng: np.random.Generator) -> list[list[Made]]:
    """By width, so that little is padding."""
    by_width: dict[int, list[Made]] = {}
    for line in (lines[i] for i in rng.permutation(len(lines))):
        height, width = line.image.shape
        bucket = -(-round(width * ppocr.HEIGHT / height) // ppocr.STEP) * ppocr.STEP
        if bucket <= WIDEST:
            by_width.setdefault(bucket, []).append(line)
    groups = [
        group[start : start + max(2, PIXELS // width)]
        for width, group in by_width.items()
        for start in range(0, len(group), max(2, PIXELS // width))
    ]
    return [groups[i] for i in rng.permutation(len(groups))]


def pictures(group: list[Made], rng: np.random.Generator) -> Tensor:
    """As the reader gets them, each a little lighter or darker, wider or narrower."""
    made = []
    for line in group:
        image = roomy(line.image, line.kind)
        high, wide = image.shape
        grown = cv2.resize(image, (max(8, round(wide * rng.uniform(0.9, 1.1))), high), interpolation=cv2.INTER_AREA)
        if rng.random() < 0.15:
            grown = cv2.GaussianBlur(grown, (0, 0), float(rng.uniform(0.4, 1.0)))
        dark = (255 - grown.astype(np.float32)) * rng.uniform(0.8, 1.1)
        made.append(ppocr.prepare(np.clip(255 - dark, 0, 255).astype(np.uint8)))
    widest = max(image.shape[1] for image in made)
    padded = [np.pad(image, ((0, 0), (0, widest - image.shape[1])), constant_values=1.0) for image in made]
    stacked = torch.from_numpy(np.stack(padded))[:, None].expand(-1, 3, -1, -1)
    return stacked.contiguous(memory_format=torch.channels_last)


def train(graph: Graph, lines: list[Made], seconds: float, seed: int = 1, out: Path | None = None) -> None:
    reader = ppocr.original_reader()
    kept = torch.from_numpy(reader.kept)
    column = {reader.alphabet.characters[place]: n for n, place in enumerate(reader.kept)}
    lines = [line for line in lines if all(character in column for character in line.text)]
    rng = np.random.default_rng(seed)
    for weight in graph.trained.values():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(graph.trained.values(), RATE, weight_decay=0.0)
    started, done, seen, total = time.process_time(), 0.0, 0, 0.0
    while done < 1:
        for group in batches(lines, rng):
            done = (time.process_time() - started) / seconds
            if done >= 1:
                break
            for g in optimiser.param_groups:
                g["lr"] = RATE * min(1.0, done * 15 + 0.02) * (0.55 + 0.45 * float(np.cos(np.pi * done)))
            wanted = [[column[character] for character in line.text] for line in group]
            with torch.autocast("cpu", torch.bfloat16):
                features = graph(pictures(group, rng))
                logits = features @ graph.trained[HEAD][:, kept] + graph.trained[HEAD_BIAS][kept]
            logs = F.log_softmax(logits.float(), -1).transpose(0, 1)
            frames = torch.full((len(group),), logs.shape[0])
            lengths = torch.tensor([len(w) for w in wanted])
            flat = torch.tensor([c for w in wanted for c in w])
            loss = F.ctc_loss(logs, flat, frames, lengths, zero_infinity=True)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(graph.trained.values(), 2.0)
            optimiser.step()
            seen, total = seen + 1, total + float(loss.detach())
            if seen % 25 == 0:
                sys.stderr.write(f"{done:.2f} steps {seen} loss {total / 25:.3f}\n")
                total = 0.0
                if out is not None:
                    np.savez(out.with_suffix(".npz"), **graph.state())


def averaged(one: dict[str, np.ndarray], two: dict[str, np.ndarray], share: float) -> dict[str, np.ndarray]:
    return {name: (1 - share) * one[name] + share * two[name] for name in one}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0, help="of processor time")
    parser.add_argument("--share", type=float, default=0.5, help="of the trained weights in the average")
    parser.add_argument("--start", type=Path, help="go on from these weights (npz)")
    parser.add_argument("--trained", type=Path, help="average these weights (npz) and train nothing")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    graph = Graph(ppocr.original_weights())
    original = graph.state()
    if asked.trained:
        with np.load(asked.trained) as packed:
            trained = dict(packed)
    else:
        lines = load_all(asked.data, "text-*.npz") + load_all(asked.data, "numeric-1-*.npz")[:150]
        if asked.start:
            with np.load(asked.start) as packed:
                graph.take(packed)
        train(graph, lines, 60 * asked.minutes, out=asked.out)
        trained = graph.state()
        np.savez(asked.out.with_suffix(".npz"), **trained)
    graph.write(asked.out, averaged(original, trained, asked.share))


if __name__ == "__main__":
    main()
