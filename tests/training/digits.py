"""Trains the reader of digits: a small net that sees the line beside what PP-OCR said of it, on strings of real digits.

nice -n 15 python -m tests.training.digits FOLDER DATA OUT.onnx [--minutes 8]

It is trained in two ways at once: added to PP-OCR's log probabilities (so that both point at the same frames) and alone
(so that it is a reader of its own and does not only repeat). Frames lie on PP-OCR's grid: one for 8 pixels of 48.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ocr.engines import ppocr
from ocr.engines.digits import CLASSES, gathered, labels
from ocr.reading import roomy
from tests.training.lines import Made, load_all
from tests.training.pens import pen

BATCH = 24


class Net(nn.Module):
    """48 × W pixels to W/8 frames of scores, one a class."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for before, after, stride, kernel, padding, groups in SHAPE:
            conv = nn.Conv2d(before, after, kernel, stride, padding, groups=groups, bias=False)
            self.layers.append(nn.Sequential(conv, nn.BatchNorm2d(after, momentum=0.03)))
        self.last = nn.Conv2d(SHAPE[-1][1], len(CLASSES), (1, 1))
        self.drop = nn.Dropout(0.15)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.last(self.drop(x)).squeeze(2).transpose(1, 2)


SHAPE = (  # channels in, out, stride, kernel, padding, groups
    (1, 16, (2, 2), (3, 3), (1, 1), 1),
    (16, 32, (1, 1), (3, 3), (1, 1), 1),
    (32, 48, (2, 2), (3, 3), (1, 1), 1),
    (48, 48, (1, 1), (3, 3), (1, 1), 1),
    (48, 80, (2, 2), (3, 3), (1, 1), 1),
    (80, 80, (1, 1), (3, 3), (1, 1), 1),
    (80, 112, (1, 1), (6, 3), (0, 1), 1),
    (112, 112, (1, 1), (1, 5), (0, 2), 1),
    (112, 96, (1, 1), (1, 3), (0, 1), 1),
)


class Line:
    """One line ready to learn from: its pixels on PP-OCR's grid, what PP-OCR said in classes, the right classes."""

    __slots__ = ("pixels", "said", "text", "wanted")

    def __init__(self, pixels: np.ndarray, said: np.ndarray, text: str) -> None:
        self.pixels, self.said, self.text = pixels, said, text
        self.wanted = labels(text)


def prepared(lines: list[Made]) -> list[Line]:
    reader = ppocr.original_reader()
    images = [roomy(line.image, line.kind) for line in lines]
    said: list[np.ndarray] = []
    for start in range(0, len(images), 64):
        some = zip(reader.read(images[start : start + 64]), lines[start : start + 64], strict=True)
        said += [gathered(one, line.kind) for one, line in some]
    rows = [Line(ppocr.prepare(i), s, line.text) for i, s, line in zip(images, said, lines, strict=True)]
    return [row for row in rows if len(row.wanted) * 1.2 < len(row.said)]


def drawn(folder: Path, rng: np.random.Generator, many: int) -> list[Line]:
    """Strings that no camera saw: quick to make, so that none is seen twice. PP-OCR never saw them either."""
    rows = []
    while len(rows) < many:
        writer = pen(folder, rng, digits="real" if rng.random() < 0.9 else "", numeric=True)
        many_digits = int(rng.choice([1, 2, 4, 7, 9, 11, 13], p=[0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1]))
        text = "".join(str(d) for d in rng.integers(0, 10, many_digits))
        if many_digits > 3 and rng.random() < 0.4:
            for place in sorted(rng.integers(1, many_digits, 2), reverse=True):
                text = text[:place] + "-" + text[place:]
        ink = writer.line(text, 44, rng, float(rng.uniform(-0.1, 0.5)))
        if rng.random() < 0.5:
            ink = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.4, 1.5)))
        rows_, columns = np.flatnonzero(ink.max(1) > 0.3), np.flatnonzero(ink.max(0) > 0.3)
        if len(rows_) < 6 or len(columns) < 4:
            continue
        tight = ink[rows_[0] : rows_[-1] + 1, columns[0] : columns[-1] + 1]
        tight = cv2.copyMakeBorder(tight, 3, 3, 10, 10, cv2.BORDER_CONSTANT, value=0)
        image = (255 - np.clip(tight * rng.uniform(190, 260), 0, 255)).astype(np.uint8)
        pixels = ppocr.prepare(roomy(image, "day") if many_digits < 3 else image)
        row = Line(pixels, np.zeros((pixels.shape[1] // 8, len(CLASSES)), np.float32), text)
        if len(row.wanted) * 1.2 < len(row.said):
            rows.append(row)
    return rows


def shaken(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same line in another light and with another pen; nothing moves, PP-OCR's frames stay true."""
    roll = rng.random()
    if roll < 0.2:
        pixels = cv2.erode(pixels, np.ones((2, 2), np.uint8))
    elif roll < 0.35:
        pixels = cv2.dilate(pixels, np.ones((2, 2), np.uint8))
    elif roll < 0.5:
        pixels = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.4, 1.2)))
    dark = (1 - pixels) * rng.uniform(0.75, 1.15)
    if rng.random() < 0.3:
        dark = dark + rng.normal(0, 0.06, pixels.shape)
    return np.clip(1 - dark, -1, 1).astype(np.float32)


def batch(rows: list[Line], rng: np.random.Generator | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pixels, what PP-OCR said, right classes, their lengths; rows of one width."""
    pixels = np.stack([shaken(r.pixels, rng) if rng is not None else r.pixels for r in rows])[:, None]
    lengths = torch.tensor([len(r.wanted) for r in rows])
    wanted = torch.tensor([c for r in rows for c in r.wanted])
    return torch.from_numpy(pixels), torch.from_numpy(np.stack([r.said for r in rows])), wanted, lengths


def loss(scores: Tensor, wanted: Tensor, lengths: Tensor) -> Tensor:
    logs = F.log_softmax(scores.float(), -1).transpose(0, 1)
    frames = torch.full((scores.shape[0],), scores.shape[1])
    return F.ctc_loss(logs, wanted, frames, lengths, zero_infinity=True)


def groups(rows: list[Line], rng: np.random.Generator) -> list[list[Line]]:
    by_width: dict[int, list[Line]] = {}
    for row in (rows[i] for i in rng.permutation(len(rows))):
        by_width.setdefault(row.pixels.shape[1], []).append(row)
    cut = [g[s : s + BATCH] for g in by_width.values() for s in range(0, len(g), BATCH)]
    return [cut[i] for i in rng.permutation(len(cut))]


def train(folder: Path, rows: list[Line], check: list[Line], seconds: float, seed: int = 1) -> Net:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Net().to(memory_format=torch.channels_last)
    steps = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    started, done, last = time.process_time(), 0.0, 0.0
    while done < 1:
        fresh = drawn(folder, rng, max(300, len(rows) // 5))
        for group in groups(rows + fresh, rng):
            done = (time.process_time() - started) / seconds
            if done >= 1:
                break
            for g in steps.param_groups:
                g["lr"] = 3e-3 * min(1.0, done * 20) * (0.5 + 0.5 * float(np.cos(np.pi * done))) + 1e-5
            pixels, said, wanted, lengths = batch(group, rng)
            scores = net(pixels.contiguous(memory_format=torch.channels_last))
            much = loss(scores + said, wanted, lengths) + 0.5 * loss(scores, wanted, lengths)
            steps.zero_grad()
            much.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            steps.step()
        if done - last > 0.1 or done >= 1:
            last = done
            sys.stderr.write(
                f"{done:.2f} loss {float(much.detach()):.3f} "
                + " ".join(f"{k} {v:.2f}" for k, v in measure(net, check).items())
                + "\n"
            )
    return net.eval()


@torch.no_grad()
def measure(net: Net, rows: list[Line]) -> dict[str, float]:
    """Right lines in per cent by the likeliest path: PP-OCR, the net, both at several shares."""
    net.eval()
    right = dict.fromkeys(("ppocr", "net", "1:1", "1:2", "2:1"), 0)
    for group in groups(rows, np.random.default_rng(0)):
        pixels, said, _, _ = batch(group, None)
        scores = F.log_softmax(net(pixels), -1)
        ways = {"ppocr": said, "net": scores, "1:1": said + scores, "1:2": said + 2 * scores, "2:1": 2 * said + scores}
        for way, logs in ways.items():
            for row, best in zip(group, logs.argmax(-1).tolist(), strict=True):
                right[way] += [c for i, c in enumerate(best) if c and (not i or best[i - 1] != c)] == row.wanted
    net.train()
    return {way: 100 * count / len(rows) for way, count in right.items()}


def write(net: Net, path: Path) -> None:
    """ONNX with 16-bit weights that the graph widens when it is loaded."""
    nodes, kept = [], []

    def weight(name: str, value: Tensor) -> str:
        array = value.detach().numpy()
        kept.append(numpy_helper.from_array(array.astype(np.float16), name + ".16"))
        nodes.append(helper.make_node("Cast", [name + ".16"], [name], to=TensorProto.FLOAT))
        return name

    at = "x"
    for n, ((_, _, stride, _, padding, group), layer) in enumerate(zip(SHAPE, net.layers, strict=True)):
        folded = nn.utils.fusion.fuse_conv_bn_eval(layer[0], layer[1])
        names = [at, weight(f"w{n}", folded.weight), weight(f"b{n}", folded.bias)]
        nodes.append(helper.make_node("Conv", names, [f"c{n}"], strides=stride, pads=[*padding, *padding], group=group))
        nodes.append(helper.make_node("Relu", [f"c{n}"], [f"r{n}"]))
        at = f"r{n}"
    nodes.append(helper.make_node("Conv", [at, weight("w", net.last.weight), weight("b", net.last.bias)], ["scores"]))
    nodes.append(helper.make_node("Squeeze", ["scores"], ["flat"], axes=[2]))
    nodes.append(helper.make_node("Transpose", ["flat"], ["turned"], perm=[0, 2, 1]))
    nodes.append(helper.make_node("LogSoftmax", ["turned"], ["y"], axis=2))
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 48, "w"])
    answer = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "t", len(CLASSES)])
    graph = helper.make_graph(nodes, "digits", [given], [answer], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    entry = model.metadata_props.add()
    entry.key, entry.value = "classes", "\n".join(CLASSES)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=8.0, help="of processor time")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    rows, check = prepared(load_all(asked.data, "numeric-*.npz")), prepared(load_all(asked.data, "held-numeric-*.npz"))
    sys.stderr.write(f"{len(rows)} lines, {len(check)} held out\n")
    net = train(asked.folder, rows, check, 60 * asked.minutes)
    write(net, asked.out)


if __name__ == "__main__":
    main()
