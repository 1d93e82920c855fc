"""The encoder's layers as an ONNX graph, made once when the model is trained (`onnx`, group `train`).

Matrices are multiplied as integers: weights of 7 bits with a scale a row, so that processors without VNNI, which add up
pairs in 16 bits, do not overflow and all give the same; the inputs get their scale as they come. Of the way down a few
inputs stay float32: in nine of twelve layers one of 1,536 grows up to ten times as large as any other (62 beside 6 over
94 stretches), and with it in the scale eight bits lose the rest (a third of the claims changed sides of the bar).
Their weights are int8 in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from scanner.detect.encoder import EPSILON, HEADS, INPUT, OUTPUT

OPSET, IR = 20, 10
INTEGER = 63
"""Largest weight that is multiplied as an integer."""
LARGE = 16
"""Inputs of the way down that stay float32: those with the largest weights, which in each of the nine layers are led by
the one that grows. 1, 16 or 128 of them make no difference beyond the third digit (docs/decisions/0008-context.md)."""
SHARED, PER_LAYER = 7, 19
"""Constants of the graph that all layers use, which come first, and those of one layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One transformer layer; matrices are outputs x inputs."""

    qkv: np.ndarray
    qkv_bias: np.ndarray
    out: np.ndarray
    out_bias: np.ndarray
    norm: np.ndarray
    norm_bias: np.ndarray
    up: np.ndarray
    up_bias: np.ndarray
    down: np.ndarray
    down_bias: np.ndarray
    last: np.ndarray
    last_bias: np.ndarray


class _Graph:
    """Nodes and constants, put together one after another; every method gives the name of its answer."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def value(self, array: np.ndarray) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: object) -> str:
        name = f"n{len(self.nodes)}"
        names = [name, *(f"{name}_{i}" for i in range(1, outputs))]
        self.nodes.append(helper.make_node(kind, inputs, names, name=name, **attributes))
        return name

    def product(self, x: str, matrix: np.ndarray, bias: np.ndarray) -> str:
        """x @ matrix.T + bias, as integers."""
        return self.node("Add", self._whole(x, matrix), self.value(bias))

    def product_but(self, x: str, sizes: str, matrix: np.ndarray, bias: np.ndarray) -> str:
        """The same, but for the last LARGE inputs, which are float32. `sizes`: how many inputs are which."""
        small = self.node("Split", x, sizes, outputs=2, axis=-1)
        real = self._whole(small, matrix[:, :-LARGE])
        return self.node("Add", self.node("Add", real, self._real(f"{small}_1", matrix[:, -LARGE:])), self.value(bias))

    def _whole(self, x: str, matrix: np.ndarray) -> str:
        whole, scale = _rounded(matrix, INTEGER)
        x8 = self.node("DynamicQuantizeLinear", x, outputs=3)
        sums = self.node("MatMulInteger", x8, self.value(whole), f"{x8}_2")
        scales = self.node("Mul", f"{x8}_1", self.value(scale))
        return self.node("Mul", self.node("Cast", sums, to=TensorProto.FLOAT), scales)

    def _real(self, x: str, matrix: np.ndarray) -> str:
        """The matrix is made of int8 when the graph is loaded."""
        whole, scale = _rounded(matrix, 127)
        return self.node(
            "MatMul", x, self.node("Mul", self.node("Cast", self.value(whole), to=TensorProto.FLOAT), self.value(scale))
        )

    def normal(self, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
        return self.node("LayerNormalization", x, self.value(weight), self.value(bias), axis=-1, epsilon=EPSILON)


def _rounded(matrix: np.ndarray, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs x outputs as int8, and a scale an output."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-9) / largest
    return np.ascontiguousarray(np.round(matrix / scale[:, None]).astype(np.int8).T), scale.astype(np.float32)


def graph(layers: Sequence[Layer]) -> bytes:
    """The graph of these layers: INPUT and OUTPUT are tokens x width, float32."""
    g = _Graph()
    width = layers[0].out.shape[0]
    shapes = ([-1, 3, HEADS, width // HEADS], [-1, width])
    heads, whole = (g.value(np.asarray(shape, dtype=np.int64)) for shape in shapes)
    share = g.value(np.asarray((width // HEADS) ** -0.5, dtype=np.float32))
    parts = [g.value(np.asarray(number, dtype=np.int64)) for number in range(3)]
    sizes = g.value(np.asarray([layers[0].down.shape[1] - LARGE, LARGE], dtype=np.int64))
    x = INPUT
    for layer in layers:
        apart = g.node("Reshape", g.product(x, layer.qkv, layer.qkv_bias), heads)
        three = g.node("Transpose", apart, perm=[1, 2, 0, 3])
        q, k, v = (g.node("Gather", three, part, axis=0) for part in parts)
        likeness = g.node("Mul", g.node("MatMul", q, g.node("Transpose", k, perm=[0, 2, 1])), share)
        seen = g.node("MatMul", g.node("Softmax", likeness, axis=-1), v)
        seen = g.node("Reshape", g.node("Transpose", seen, perm=[1, 0, 2]), whole)
        x = g.normal(g.node("Add", x, g.product(seen, layer.out, layer.out_bias)), layer.norm, layer.norm_bias)
        order = np.argsort(np.square(layer.down).sum(axis=0), kind="stable")
        g.value(order)  # no node needs it, but `layers` does
        wide = g.node("Gelu", g.product(x, layer.up[order], layer.up_bias[order]), approximate="tanh")
        down = g.product_but(wide, sizes, layer.down[:, order], layer.down_bias)
        x = g.normal(g.node("Add", x, down), layer.last, layer.last_bias)
    g.nodes.append(helper.make_node("Identity", [x], [OUTPUT]))
    ends = [[helper.make_tensor_value_info(n, TensorProto.FLOAT, ["tokens", width])] for n in (INPUT, OUTPUT)]
    made = helper.make_graph(g.nodes, "encoder", *ends, g.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def layers(made: bytes) -> list[Layer]:
    """The layers of a graph that `graph` made, as near as its whole numbers tell them."""
    constants = [numpy_helper.to_array(one) for one in onnx.load_from_string(made).graph.initializer]
    return [_layer(constants[at : at + PER_LAYER]) for at in range(SHARED, len(constants), PER_LAYER)]


def _layer(constants: Sequence[np.ndarray]) -> Layer:
    """A layer of its constants. Its units stand in the order they had before `graph`: models can still be averaged."""
    one = iter(constants)

    def matrix() -> np.ndarray:
        return np.asarray((next(one) * next(one)).T, dtype=np.float32)

    def linear(name: str) -> dict[str, np.ndarray]:
        return {name: matrix(), f"{name}_bias": next(one)}

    def norm(name: str) -> dict[str, np.ndarray]:
        return {name: next(one), f"{name}_bias": next(one)}

    parts = linear("qkv") | linear("out") | norm("norm")
    order = np.argsort(next(one))
    parts |= linear("up")
    down = np.concatenate([matrix(), matrix()], axis=1)
    parts |= {"down": down[:, order], "down_bias": next(one)} | norm("last")
    return Layer(**parts | {name: parts[name][order] for name in ("up", "up_bias")})
