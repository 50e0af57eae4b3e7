"""Training tokens a second of the three cells, against Keras' layers and PyTorch's.

python -m tests.benchmarks.kernel [--repeats 7] [--pytorch /path/to/a/python/that/has/torch]

Everything is measured in one run and compared by ratio: vocabulary 4096, embedding 256, 768 units,
batch 32, length 64, one whole step with loss, gradients, clipping and optimiser. PyTorch, which nothing
else here needs, may live in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

VOCABULARY, EMBEDDING, UNITS, BATCH, LENGTH = 4096, 256, 768, 32, 64
STEPS = 12
"""Steps in a repeat."""

PYTORCH = """
import sys, time, statistics, torch
V, E, H, B, T, steps, repeats = map(int, sys.argv[1:])
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.gru = torch.nn.GRU(E, H, batch_first=True)
        self.projection = torch.nn.Linear(H, E)
        self.bias = torch.nn.Parameter(torch.zeros(V))
    def forward(self, x, h):
        y, h = self.gru(self.embedding(x), h)
        return torch.nn.functional.linear(self.projection(y), self.embedding.weight, self.bias), h
torch.manual_seed(0)
net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
x, y = torch.randint(0, V, (B, T)), torch.randint(0, V, (B, T))
state = torch.zeros(1, B, H)
def step():
    global state
    logits, after = net(x, state)
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, V), y.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    state = after.detach()
step(); step()
for _ in range(repeats):
    started = time.perf_counter()
    for _ in range(steps):
        step()
    print(B * T * steps / (time.perf_counter() - started), flush=True)
"""


def ours(cell: str, half: bool) -> Callable[[], object]:
    """Return one step of rnnchat's training."""
    import numpy as np

    from rnnchat.lm.shape import NetworkShape
    from rnnchat.training.data.batches import TrainingChunk
    from rnnchat.training.engine.trainable import TrainableNetwork
    from rnnchat.training.plan import Plan

    plan = Plan(
        embedding=EMBEDDING,
        units=UNITS,
        layers=1,
        batch=BATCH,
        length=LENGTH,
        learning_rate=4e-3,
        weight_decay=0.05,
        ema_steps=100.0,
        use_bfloat16=half,
    )
    trainable = TrainableNetwork(NetworkShape(VOCABULARY, EMBEDDING, UNITS, 1, cell), plan, seed=0)
    random = np.random.default_rng(0)
    chunk = random.integers(0, VOCABULARY, (BATCH, LENGTH + 1)).astype(np.int32)
    return lambda: trainable.learn(TrainingChunk(chunk), 1, 1e-3)


def keras_layer(cell: str) -> Callable[[], object]:
    """Return one step of the same network with Keras' own layer, loss and optimiser."""
    import keras
    import tensorflow as tf

    kind = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM, "rnn": keras.layers.SimpleRNN}[cell]
    embedding = keras.layers.Embedding(VOCABULARY, EMBEDDING)
    layer = kind(UNITS, return_sequences=True, stateful=True)
    projection = keras.layers.Dense(EMBEDDING)
    bias = tf.Variable(tf.zeros((VOCABULARY,)))
    random = tf.random.Generator.from_seed(0)
    x, y = (random.uniform((BATCH, LENGTH), 0, VOCABULARY, tf.int32) for _ in range(2))

    def loss() -> Any:
        found = projection(layer(embedding(x)))
        flat = tf.reshape(found, [BATCH * LENGTH, EMBEDDING])
        logits = tf.matmul(flat, embedding.embeddings.value, transpose_b=True) + bias
        labels = tf.reshape(y, [-1])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))

    loss()
    kept = [*embedding.trainable_variables, *layer.trainable_variables, *projection.trainable_variables]
    optimizer = keras.optimizers.AdamW(1e-3, global_clipnorm=1.0)
    optimizer.build(kept)

    @tf.function  # type: ignore[untyped-decorator]
    def step() -> Any:
        with tf.GradientTape() as tape:
            value = loss()
        optimizer.apply_gradients(zip(tape.gradient(value, kept), kept, strict=True))
        return value

    return lambda: float(step())


def products(half: bool) -> Callable[[], object]:
    """Return the matrix products alone that a GRU's step needs, at their sizes, in one graph."""
    import tensorflow as tf

    dtype = tf.bfloat16 if half else tf.float32
    positions = BATCH * LENGTH

    def matrix(rows: int, columns: int) -> Any:
        return tf.Variable(tf.cast(tf.random.normal((rows, columns)) * 0.01, dtype))

    x, h, gates = matrix(positions, EMBEDDING), matrix(positions, UNITS), matrix(positions, 3 * UNITS)
    logits, now, d_now = matrix(positions, VOCABULARY), matrix(UNITS, BATCH), matrix(3 * UNITS, BATCH)
    kernel, recurrent, upright = (
        matrix(EMBEDDING, 3 * UNITS),
        matrix(UNITS, 3 * UNITS),
        matrix(3 * UNITS, UNITS),
    )
    projection, table = matrix(UNITS, EMBEDDING), matrix(VOCABULARY, EMBEDDING)

    @tf.function  # type: ignore[untyped-decorator]
    def run() -> Any:
        forward, back = tf.identity(now), tf.identity(d_now)
        for _ in range(LENGTH):  # one waits for the other, as in the network
            forward = tf.matmul(upright, forward)[:UNITS]
            back = tf.concat([tf.matmul(recurrent, back)] * 3, 0)
        made = [
            tf.matmul(x, kernel),
            tf.matmul(gates, kernel, transpose_b=True),
            tf.matmul(x, gates, transpose_a=True),
            tf.matmul(h, gates, transpose_a=True),
            tf.matmul(h, projection),
            tf.matmul(x, projection, transpose_b=True),
            tf.matmul(h, x, transpose_a=True),
            tf.matmul(x, table, transpose_b=True),
            tf.matmul(logits, table),
            tf.matmul(logits, x, transpose_a=True),
        ]
        return forward[0, 0] + back[0, 0] + tf.add_n([product[0, 0] for product in made])

    return lambda: float(run())


def speeds(steps: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Return tokens a second of each step, in every repeat; the repeats take turns."""
    for step in steps.values():
        step()
        step()
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(repeats):
        for name, step in steps.items():
            started = time.perf_counter()
            for _ in range(STEPS):
                step()
            found[name].append(BATCH * LENGTH * STEPS / (time.perf_counter() - started))
    return found


def pytorch(python: Path, repeats: int) -> list[float]:
    """Return PyTorch's tokens a second with the same network, in a process of its own."""
    sizes = map(str, (VOCABULARY, EMBEDDING, UNITS, BATCH, LENGTH, STEPS, repeats))
    result = subprocess.run([python, "-c", PYTORCH, *sizes], capture_output=True, text=True, check=True)
    return [float(line) for line in result.stdout.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--pytorch", type=Path, help="a Python that has torch")
    options = parser.parse_args()
    from rnnchat.training.engine.hardware import measure_speed

    half = measure_speed(UNITS, BATCH).prefers_bfloat16
    print(f"bfloat16 wins here: {half}")
    report: dict[str, float] = {}
    for cell in ("gru", "lstm", "rnn"):
        steps = {"keras": keras_layer(cell), "float32": ours(cell, False)}
        if half:
            steps["bfloat16"] = ours(cell, True)
        found = {name: statistics.median(values) for name, values in speeds(steps, options.repeats).items()}
        best = found["bfloat16" if half else "float32"]
        for name, speed in found.items():
            print(f"{cell:>5} {name:<9} {speed:8,.0f} tokens/s   {speed / found['keras']:.2f} × Keras")
            report[f"{cell} {name}"] = round(speed, 1)
        if cell == "gru":
            name = "bfloat16" if half else "float32"
            alone = speeds({"step": steps[name], "products": products(half)}, options.repeats)
            share = statistics.median(alone["step"]) / statistics.median(alone["products"])
            print(f"      the matrix products alone take {share:.0%} of a step's time")
            if options.pytorch:
                torch = statistics.median(pytorch(options.pytorch, options.repeats))
                report["gru pytorch"] = round(torch, 1)
                print(f"  gru pytorch   {torch:8,.0f} tokens/s   ours {best / torch:.2f} × PyTorch")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
