"""Trains the reader of digits: a small net that sees the line beside what PP-OCR said of it, on strings of real digits.

nice -n 15 python -m tests.training.digits prepare DATA …             what PP-OCR says of the lines, kept beside them
nice -n 15 python -m tests.training.digits train FOLDER DATA OUT.onnx [--minutes 8] [--shape wide]

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
from tests.training.lines import Made, load
from tests.training.pens import pen

BATCH = 24


class Net(nn.Module):
    """48 × W pixels to W/8 frames of scores, one a class."""

    def __init__(self, shape: str = "narrow") -> None:
        super().__init__()
        self.shape = SHAPES[shape]
        self.layers = nn.ModuleList()
        for before, after, stride, kernel, padding, groups in self.shape:
            conv = nn.Conv2d(before, after, kernel, stride, padding, groups=groups, bias=False)
            self.layers.append(nn.Sequential(conv, nn.BatchNorm2d(after, momentum=0.03)))
        self.last = nn.Conv2d(self.shape[-1][1], len(CLASSES), (1, 1))
        self.drop = nn.Dropout(0.15)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.last(self.drop(x)).squeeze(2).transpose(1, 2)


def _shape(*c: int) -> tuple[tuple[int, int, tuple[int, int], tuple[int, int], tuple[int, int], int], ...]:
    """Channels in, out, stride, kernel, padding, groups a layer."""
    square, one = (3, 3), (1, 1)
    return (
        (1, c[0], (2, 2), square, one, 1),
        (c[0], c[1], one, square, one, 1),
        (c[1], c[2], (2, 2), square, one, 1),
        (c[2], c[3], one, square, one, 1),
        (c[3], c[4], (2, 2), square, one, 1),
        (c[4], c[5], one, square, one, 1),
        (c[5], c[6], one, (6, 3), (0, 1), 1),
        (c[6], c[7], one, (1, 5), (0, 2), 1),
        (c[7], c[8], one, (1, 3), (0, 1), 1),
    )


SHAPES = {
    "narrow": _shape(16, 32, 48, 48, 80, 80, 112, 112, 96),
    "wide": _shape(16, 32, 56, 64, 96, 112, 144, 144, 112),
}


class Line:
    """One line ready to learn from: its pixels on PP-OCR's grid, what PP-OCR said in classes, the right classes."""

    __slots__ = ("pixels", "said", "text", "wanted")

    def __init__(self, pixels: np.ndarray, said: np.ndarray, text: str) -> None:
        self.pixels, self.said, self.text = pixels, said, text
        self.wanted = labels(text)


def prepare(path: Path, share: float) -> None:
    """Keeps what PP-OCR says of a file's lines beside it; of a share of them, for it takes twice as long as making them.
    The net is alone with the others."""
    reader, lines = ppocr.original_reader(), load(path)
    asked = [line for n, line in enumerate(lines) if n % 100 < 100 * share]
    said: list[np.ndarray] = []
    for start in range(0, len(asked), 64):
        some = asked[start : start + 64]
        said += [gathered(one, x.kind) for one, x in zip(reader.read([_image(x) for x in some]), some, strict=True)]
    told = iter(said)
    rows = [next(told) if n % 100 < 100 * share else np.zeros((0, len(CLASSES)), np.float32) for n in range(len(lines))]
    np.savez(path.with_suffix(".said.npz"), said=np.concatenate(rows), frames=np.array([len(row) for row in rows]))


def _image(line: Made) -> np.ndarray:
    return roomy(line.image, line.kind)


def prepared(paths: list[Path]) -> list[Line]:
    rows = []
    for path in paths:
        with np.load(path.with_suffix(".said.npz")) as packed:
            said = np.split(packed["said"], np.cumsum(packed["frames"])[:-1])
        for line, seen in zip(load(path), said, strict=True):
            pixels = ppocr.prepare(_image(line))
            alone = np.zeros((pixels.shape[1] // 8, len(CLASSES)), np.float32)
            rows.append(Line(pixels, seen if len(seen) else alone, line.text))
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
    if rng.random() < 0.6:
        lean, tall = float(rng.normal(0, 0.1)), float(rng.uniform(0.82, 1.12))
        middle = 24 + float(rng.normal(0, 1.5))
        matrix = np.array([[1, lean, -24 * lean], [0, tall, middle - 24 * tall]], np.float32)
        pixels = cv2.warpAffine(pixels, matrix, pixels.shape[::-1], borderMode=cv2.BORDER_CONSTANT, borderValue=1.0)
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


def resume(net: Net, path: Path) -> None:
    """Goes on from a file that ``write`` made: its convolutions hold the batch norms, which then stay as they are."""
    kept = {w.name: torch.tensor(numpy_helper.to_array(w)).float() for w in onnx.load(path).graph.initializer}
    with torch.no_grad():
        for n, layer in enumerate(net.layers):
            layer[0].weight.copy_(kept[f"w{n}.16"])
            layer[1].bias.copy_(kept[f"b{n}.16"])
            layer[1].running_var.fill_(1 - layer[1].eps)
        net.last.weight.copy_(kept["w.16"])
        net.last.bias.copy_(kept["b.16"])
    net.eval()


def train(
    folder: Path, rows: list[Line], check: list[Line], seconds: float, shape: str, start: Path | None, seed: int = 1
) -> Net:
    """The net as it was when it read most of ``check``."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Net(shape).to(memory_format=torch.channels_last)
    if start:
        resume(net, start)
    fast = 6e-4 if start else 3e-3
    steps = torch.optim.AdamW(net.parameters(), fast, weight_decay=1e-3)
    started, done, last, count = time.monotonic(), 0.0, 0.0, 0
    best, kept, much = 0.0, net.state_dict(), torch.zeros(())
    while done < 1:
        fresh = [] if start else drawn(folder, rng, max(300, len(rows) // 20))
        for group in groups(rows + fresh, rng):
            done = (time.monotonic() - started) / seconds
            if done - last > 0.07 or done >= 1:
                last, found = done, measure(net, check)
                figures = " ".join(f"{way} {value:.2f}" for way, value in found.items())
                sys.stderr.write(f"{done:.2f} steps {count} loss {much.item():.3f} {figures}\n")
                if found["1:0.7"] + found["net"] / 4 >= best:
                    best = found["1:0.7"] + found["net"] / 4
                    kept = {name: value.clone() for name, value in net.state_dict().items()}
            if done >= 1:
                break
            for g in steps.param_groups:
                g["lr"] = fast * min(1.0, done * 20) * (0.5 + 0.5 * float(np.cos(np.pi * done))) + 1e-5
            pixels, said, wanted, lengths = batch(group, rng)
            scores = net(pixels.contiguous(memory_format=torch.channels_last))
            much = loss(scores + said, wanted, lengths) + 0.5 * loss(scores, wanted, lengths)
            count += 1
            steps.zero_grad()
            much.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            steps.step()
    net.load_state_dict(kept)
    return net.eval()


@torch.no_grad()
def measure(net: Net, rows: list[Line]) -> dict[str, float]:
    """Right lines in per cent by the likeliest path: PP-OCR, the net, both at several shares."""
    frozen = not net.training
    net.eval()
    right = dict.fromkeys(("ppocr", "net", "1:0.7", "1:1"), 0)
    for group in groups(rows, np.random.default_rng(0)):
        pixels, said, _, _ = batch(group, None)
        scores = F.log_softmax(net(pixels), -1)
        ways = {"ppocr": said, "net": scores, "1:0.7": said + 0.7 * scores, "1:1": said + scores}
        for way, logs in ways.items():
            for row, best in zip(group, logs.argmax(-1).tolist(), strict=True):
                right[way] += [c for i, c in enumerate(best) if c and (not i or best[i - 1] != c)] == row.wanted
    net.train(not frozen)
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
    for n, ((_, _, stride, _, padding, group), layer) in enumerate(zip(net.shape, net.layers, strict=True)):
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
    parser.add_argument("what", choices=("prepare", "train"))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=8.0, help="by the clock, on a core of its own")
    parser.add_argument("--shape", choices=SHAPES, default="narrow")
    parser.add_argument("--start", type=Path, help="a file to go on from")
    parser.add_argument("--share", type=float, default=1.0, help="of the lines that PP-OCR reads")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if asked.what == "prepare":
        for path in asked.paths:
            prepare(path, asked.share)
        return
    folder, data, out = asked.paths
    known = sorted(path.with_name(path.name.replace(".said", "")) for path in data.glob("*numeric-*.said.npz"))
    rows = prepared([path for path in known if path.name.startswith("numeric-")])
    check = prepared([path for path in known if path.name.startswith("dev-numeric-")])
    sys.stderr.write(f"{len(rows)} lines, {len(check)} to stop by\n")
    write(train(folder, rows, check, 60 * asked.minutes, asked.shape, asked.start), out)


if __name__ == "__main__":
    main()
