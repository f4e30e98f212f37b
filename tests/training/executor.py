"""Runs PP-OCR's ONNX graph in torch with its weights as parameters, and writes them back: no converter knows this graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from torch import Tensor, nn

FEATURES, HEAD, HEAD_BIAS = "p2o.pd_op.transpose.8.0", "linear_8.w_0", "linear_8.b_0"


class Graph(nn.Module):
    """The graph up to the frame features; ``forward`` answers batch × frames × 120."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.model = onnx.load(str(path))
        self.nodes = _needed(self.model, FEATURES)
        used = {name for node in self.nodes for name in node.input}
        still = {name for node in self.nodes if node.op_type == "BatchNormalization" for name in node.input[3:]}
        self.constants: dict[str, Tensor] = {}
        self.trained: dict[str, nn.Parameter] = {}
        for initial in self.model.graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(initial).copy())
            if initial.name in (HEAD, HEAD_BIAS) or initial.name in used - still and _learns(initial.name, value):
                self.trained[initial.name] = nn.Parameter(value)
            elif initial.name in used:
                self.constants[initial.name] = value
        self.weights = nn.ParameterList(self.trained.values())

    def forward(self, pixels: Tensor) -> Tensor:
        values: dict[str, Tensor] = {"x": pixels, **self.constants, **self.trained}
        for node in self.nodes:
            given = [values[name] if name else None for name in node.input]
            values[node.output[0]] = OPERATIONS[node.op_type](given, _attributes(node))
        return values[FEATURES]

    def state(self) -> dict[str, np.ndarray]:
        return {name: weight.detach().float().numpy().copy() for name, weight in self.trained.items()}

    def take(self, state: Mapping[str, np.ndarray]) -> None:
        for name, weight in self.trained.items():
            weight.data = torch.from_numpy(state[name].copy())

    def write(self, path: Path, state: Mapping[str, np.ndarray], half: bool = True) -> None:
        """The model with these weights; ``half``: kept in 16 bits and widened by the graph itself when it is loaded."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        casts = []
        for initial in model.graph.initializer:
            if initial.name not in state:
                continue
            array = state[initial.name]
            if half and array.size >= 64:
                kept = numpy_helper.from_array(array.astype(np.float16), initial.name + ".16")
                casts.append(helper.make_node("Cast", [kept.name], [initial.name], to=onnx.TensorProto.FLOAT))
            else:
                kept = numpy_helper.from_array(array.astype(np.float32), initial.name)
            initial.CopyFrom(kept)
        nodes = [*casts, *model.graph.node]
        del model.graph.node[:]
        model.graph.node.extend(nodes)
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())


def _needed(model: onnx.ModelProto, output: str) -> list[onnx.NodeProto]:
    wanted, kept = {output}, []
    for node in reversed(model.graph.node):
        if wanted & set(node.output):
            wanted |= set(node.input)
            kept.append(node)
    return kept[::-1]


def _learns(name: str, value: Tensor) -> bool:
    """Weights and biases, not the constants of shapes and scales."""
    return value.is_floating_point() and value.numel() >= 8 and not name.startswith("helper.constant")


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def _padded(x: Tensor, a: dict[str, Any], kernel: tuple[int, int], strides: tuple[int, int]) -> Tensor:
    auto = a.get("auto_pad", b"NOTSET")
    if auto == b"SAME_UPPER":
        pads = []
        for size, k, s in zip(x.shape[:1:-1], kernel[::-1], strides[::-1], strict=True):
            total = max((-(-size // s) - 1) * s + k - size, 0)
            pads += [total // 2, total - total // 2]
        return F.pad(x, pads)
    top, left, bottom, right = a.get("pads", (0, 0, 0, 0))
    return F.pad(x, (left, right, top, bottom)) if any((top, left, bottom, right)) else x


def _conv(v: list[Any], a: dict[str, Any]) -> Tensor:
    kernel, strides = tuple(v[1].shape[2:]), tuple(a.get("strides", (1, 1)))
    bias = v[2] if len(v) > 2 else None
    x = _padded(v[0], a, kernel, strides)
    return F.conv2d(x, v[1], bias, strides, 0, tuple(a.get("dilations", (1, 1))), a.get("group", 1))


def _pool(v: list[Any], a: dict[str, Any], largest: bool) -> Tensor:
    kernel, strides = tuple(a["kernel_shape"]), tuple(a.get("strides", (1, 1)))
    x = _padded(v[0], a, kernel, strides)
    return (
        F.max_pool2d(x, kernel, strides, ceil_mode=bool(a.get("ceil_mode", 0)))
        if largest
        else F.avg_pool2d(x, kernel, strides)
    )


def _slice(v: list[Any], _: dict[str, Any]) -> Tensor:
    axes = v[3].tolist() if len(v) > 3 else range(len(v[1]))
    steps = v[4].tolist() if len(v) > 4 else [1] * len(v[1])
    cut = [slice(None)] * v[0].dim()
    for axis, start, end, step in zip(axes, v[1].tolist(), v[2].tolist(), steps, strict=True):
        cut[axis] = slice(start, min(end, 2**31), step)
    return v[0][tuple(cut)]


def _squeeze(x: Tensor, axes: list[int]) -> Tensor:
    for axis in sorted(axes, reverse=True):
        x = x.squeeze(axis)
    return x


def _reshape(v: list[Any], _: dict[str, Any]) -> Tensor:
    return v[0].reshape([v[0].shape[i] if n == 0 else n for i, n in enumerate(v[1].tolist())])


def _batch_norm(v: list[Any], a: dict[str, Any]) -> Tensor:
    return F.batch_norm(v[0], v[3], v[4], v[1], v[2], False, 0.0, a.get("epsilon", 1e-5))


OPERATIONS: dict[str, Callable[[list[Any], dict[str, Any]], Tensor]] = {
    "Identity": lambda v, a: v[0],
    "Add": lambda v, a: v[0] + v[1],
    "Sub": lambda v, a: v[0] - v[1],
    "Mul": lambda v, a: v[0] * v[1],
    "Div": lambda v, a: v[0] / v[1],
    "Pow": lambda v, a: v[0] ** v[1],
    "Sqrt": lambda v, a: v[0].sqrt(),
    "Erf": lambda v, a: torch.erf(v[0]),
    "Relu": lambda v, a: F.relu(v[0]),
    "Sigmoid": lambda v, a: torch.sigmoid(v[0]),
    "HardSigmoid": lambda v, a: (v[0] * a.get("alpha", 0.2) + a.get("beta", 0.5)).clamp(0, 1),
    "Softmax": lambda v, a: torch.softmax(v[0], a.get("axis", -1)),
    "MatMul": lambda v, a: v[0] @ v[1],
    "Conv": _conv,
    "MaxPool": lambda v, a: _pool(v, a, True),
    "AveragePool": lambda v, a: _pool(v, a, False),
    "BatchNormalization": _batch_norm,
    "ReduceMean": lambda v, a: v[0].mean(a["axes"], keepdim=bool(a.get("keepdims", 1))),
    "Transpose": lambda v, a: v[0].permute(*a["perm"]),
    "Reshape": _reshape,
    "Squeeze": lambda v, a: _squeeze(v[0], a["axes"]),
    "Unsqueeze": lambda v, a: v[0].unsqueeze(a["axes"][0]),
    "Concat": lambda v, a: torch.cat([t.reshape(-1) if t.dim() == 0 else t for t in v], a["axis"]),
    "Shape": lambda v, a: torch.tensor(v[0].shape),
    "Slice": _slice,
}
