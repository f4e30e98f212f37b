"""Trains the small network that tells marks apart, from drawn pages; writes ocr/models/marks.onnx.

    python -m tests.training.marks draw --out DIR     # in the project's environment: pages → views (4 minutes of processor time)
    python -m tests.training.marks train --data DIR   # in one with torch==2.13.0 and onnx: 4 minutes

Recipe: 4 channels × 48 × 80 (see ocr/marks_view.py), four classes (none, marked, struck out, for a person to decide);
drawn by the `train` split of tests/scans (own sheets and pages of strange boxes, scanners in three modes, telephones),
each looked at under another light every epoch: moved by a pixel or two, lighter, thicker, one bit, noisy.
`dev` (other sheets, shapes, pens, a photocopier) chooses the thresholds. `test` is for tests/benchmarks/ocr_marks.py.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

MODEL = Path(__file__).parents[2] / "ocr" / "models" / "marks.onnx"
CLASSES = 4
TRAIN = {"seeds": 2, "dense": 150, "first": 1000}
DEV = {"seeds": 2, "dense": 8, "first": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = parser.add_subparsers(dest="step", required=True)
    drawing = steps.add_parser("draw")
    drawing.add_argument("--out", type=Path, required=True)
    training = steps.add_parser("train")
    training.add_argument("--data", type=Path, required=True)
    training.add_argument("--epochs", type=int, default=9)
    training.add_argument("--model", type=Path, default=MODEL)
    asked = parser.parse_args()
    if asked.step == "draw":
        asked.out.mkdir(parents=True, exist_ok=True)
        for split, how in (("train", TRAIN), ("dev", DEV)):
            draw(split, how, asked.out / f"{split}.npz")
    else:
        train(asked.data, asked.epochs, asked.model)


# -- data ---------------------------------------------------------------------------------------------------------


def draw(split: str, how: dict[str, int], out: Path) -> None:
    """Every place of every page as the network sees it, with what it is."""
    from ocr.marks_view import view
    from tests.scans import mark_pages

    views, labels, styles = [], [], []
    for page in chain(
        mark_pages.dense(split, range(how["first"], how["first"] + how["dense"])),
        mark_pages.sheets(split, range(how["seeds"])),
    ):
        ink = page.ink()
        sys.stderr.write(f"{split} {len(views)}\n")
        if ink is None:
            continue
        for zone in page.page.zones:
            for cell, truth in zip(zone.cells, page.truths.get(zone.key, ()), strict=False):
                truth = mark_pages.seen(ink, cell, truth)
                if not truth.marked and np.random.default_rng(len(views)).random() < 0.4:
                    continue
                views.append(view(ink, cell, zone.kind == "era"))
                labels.append(truth.label)
                styles.append(truth.style)
    np.savez_compressed(out, views=np.stack(views), labels=np.asarray(labels, np.int64), styles=np.asarray(styles))
    sys.stdout.write(f"{split}: {len(views)} places, {np.bincount(labels).tolist()}\n")


# -- network ------------------------------------------------------------------------------------------------------


def network() -> Any:
    """Some 110,000 weights; first layers coarse, so that twenty places take few milliseconds."""
    from torch import nn

    def step(before: int, after: int, size: int, stride: int) -> list[Any]:
        return [
            nn.Conv2d(before, after, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        ]

    return nn.Sequential(
        *step(4, 16, 5, 2),
        *step(16, 32, 3, 2),
        *step(32, 32, 3, 1),
        *step(32, 48, 3, 2),
        *step(48, 48, 3, 1),
        *step(48, 64, 3, 2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64 * 3 * 5, 48),
        nn.ReLU(inplace=True),
        nn.Dropout(0.1),
        nn.Linear(48, CLASSES),
    )


def varied(batch: Any, generator: Any) -> Any:
    """The batch (uint8) as floats 0…1 under another light: shifts, strength, thickness, one bit, noise, dropped red."""
    import torch
    from torch.nn import functional as f

    x = batch.float() / 255
    n = len(x)

    def chance(share: float) -> Any:
        return (torch.rand(n, 1, 1, generator=generator) < share).float()

    theta = torch.zeros(n, 2, 3)
    size = 1 + 0.06 * torch.randn(n, generator=generator)
    theta[:, 0, 0], theta[:, 1, 1] = size, size * (1 + 0.03 * torch.randn(n, generator=generator))
    theta[:, 0, 2] = 0.02 * torch.randn(n, generator=generator)
    theta[:, 1, 2] = 0.03 * torch.randn(n, generator=generator)
    x = f.grid_sample(x, f.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)
    dark, red, printed, place = x[:, 0], x[:, 1], x[:, 2], x[:, 3]
    off = torch.randint(-1, 2, (2,), generator=generator)
    dark = torch.roll(dark, (int(off[0]), int(off[1])), (1, 2))  # print and page never lie quite on each other
    red = torch.roll(red, (int(off[0]), int(off[1])), (1, 2))
    thicker = f.max_pool2d(dark[:, None], 3, 1, 1)[:, 0]
    share = chance(0.2) * torch.rand(n, 1, 1, generator=generator)
    dark = dark * (1 - share) + thicker * share
    dark = dark * (1 + 0.18 * torch.randn(n, 1, 1, generator=generator)).clamp(0.55, 1.5)
    level = 0.25 + 0.3 * torch.rand(n, 1, 1, generator=generator)
    bit = chance(0.12)
    dark = bit * ((dark - level) * 12 + 0.5).clamp(0, 1) + (1 - bit) * dark
    dark = dark + chance(0.5) * 0.04 * torch.randn(dark.shape, generator=generator)
    grey = chance(0.1) * (1 - bit)  # a coloured page as a grey scanner sees it
    dark = torch.where(grey > 0, torch.maximum(dark, red * 1.1), dark)
    red = red * (1 - torch.maximum(grey, bit))
    return torch.stack([dark.clamp(0, 1), red, printed, place], 1)


def train(data: Path, epochs: int, out: Path) -> None:
    import torch
    from torch.nn import functional as f

    torch.manual_seed(5)
    torch.set_num_threads(1)  # the layers are so small that a second thread mostly waits
    generator = torch.Generator().manual_seed(5)
    seen = np.load(data / "train.npz")
    views, labels = torch.from_numpy(seen["views"]), torch.from_numpy(seen["labels"])
    net = network().to(memory_format=torch.channels_last)
    weights = torch.bincount(labels, minlength=CLASSES).float().clamp(min=1).rsqrt()
    weights /= weights.mean()
    steps = -(-len(views) // 64)
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=2e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps * epochs, pct_start=0.2)
    started = time.process_time()
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for places in torch.randperm(len(views), generator=generator).split(64):
            loss = f.cross_entropy(net(varied(views[places], generator)), labels[places], weights)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(places)
        spent = time.process_time() - started
        sys.stdout.write(f"{epoch} loss {total / len(views):.4f} {spent:.0f} s {check(net, data / 'dev.npz')}\n")
        sys.stdout.flush()
    export(net, out)


def probabilities(net: Any, views: np.ndarray) -> np.ndarray:
    import torch

    net.eval()
    with torch.no_grad():
        parts = [net(part.float() / 255).softmax(1) for part in torch.from_numpy(views).split(256)]
    return np.asarray(torch.cat(parts).numpy())


def check(net: Any, data: Path) -> str:
    seen = np.load(data)
    chances = probabilities(net, seen["views"])
    right = chances.argmax(1) == seen["labels"]
    each = " ".join(f"{right[seen['labels'] == n].mean():.3f}" for n in range(CLASSES))
    return f"dev {right.mean():.4f} by class {each}"


def export(net: Any, out: Path) -> None:
    """ONNX with the scaling and the softmax inside: bytes in, probabilities out."""
    import torch
    from torch import nn

    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, views: Any) -> Any:
            return self.net(views.float() / 255).softmax(1)

    whole = Whole().eval()
    out.parent.mkdir(exist_ok=True)
    torch.onnx.export(
        whole,
        (torch.zeros(2, 4, 48, 80, dtype=torch.uint8),),
        str(out),
        input_names=["views"],
        output_names=["chances"],
        dynamic_axes={"views": {0: "n"}, "chances": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    data = out.read_bytes()
    sys.stdout.write(f"{out.name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}\n")


if __name__ == "__main__":
    main()
