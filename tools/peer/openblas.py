#!/usr/bin/env python3
"""OpenBLAS beside vkgan's products and convolutions (products.sh runs it).

  measure   reads the object of `vkgan bench kernels --json`, times sgemm for each operation in it, and prints
            {"openblas": {operation: milliseconds}}
  compare   reads lines of both kinds and prints a table of the medians
"""
import ctypes
import json
import re
import statistics
import sys
import time

import numpy as np

ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112


def shape(operation):
    """m, n, k, transA, transB of an operation by its name; of a convolution, as the product of its unfolded patches."""
    p = re.match(r"product (\d+)x(\d+)x(\d+) ([NT])([NT])", operation)
    if p:
        return int(p[1]), int(p[2]), int(p[3]), p[4] == "T", p[5] == "T"
    kind, *numbers = re.match(r"convolution (\w+) (\d+)x\d+x\d+x(\d+) to (\d+)x(\d+)x(\d+) kernel (\d+)", operation).groups()
    rows, ci, oh, ow, co, kernel = map(int, numbers)
    pixels, patch = rows * oh * ow, kernel * kernel * ci
    return {"forward": (pixels, co, patch, False, False),
            "data": (pixels, patch, co, False, True),
            "filter": (patch, co, pixels, True, False)}[kind]


def sgemm_ms(m, n, k, trans_a, trans_b):
    """The median after the first call, of 5 or as many as 50 ms hold."""
    sgemm = ctypes.CDLL("libopenblas.so.0").cblas_sgemm
    rng = np.random.default_rng(0)
    a = rng.standard_normal((k, m) if trans_a else (m, k), dtype=np.float32)
    b = rng.standard_normal((n, k) if trans_b else (k, n), dtype=np.float32)
    c = np.zeros((m, n), np.float32)
    pointer = lambda x: x.ctypes.data_as(ctypes.c_void_p)
    layout = lambda trans: TRANSPOSED if trans else PLAIN
    times = []
    while len(times) < 6 or sum(times) < 50:
        begin = time.perf_counter()
        sgemm(ROW_MAJOR, layout(trans_a), layout(trans_b), m, n, k, ctypes.c_float(1), pointer(a), a.shape[1],
              pointer(b), b.shape[1], ctypes.c_float(0), pointer(c), n)
        times.append((time.perf_counter() - begin) * 1e3)
    want = (a.T if trans_a else a)[:1].astype(np.float64) @ (b.T if trans_b else b).astype(np.float64)
    assert np.allclose(c[:1], want, rtol=1e-3, atol=1e-2), "sgemm was called wrongly"
    return statistics.median(times[1:])


def operations(ours):
    """By name: milliseconds and GFLOP, without padding, of one execution, and how many there are in a step."""
    found = {}
    for k in ours["kernels"]:
        name = k.get("operation")
        if name:
            o = found.setdefault(name, {"ms": 0.0, "gflop": 0.0, "times": 0})
            o["ms"] += k["ms"]["median"]
            if k.get("gflop"):  # the multiplying kernel; the others pack, unfold and sum up
                o["gflop"] += k["gflop"]
                o["times"] += k["calls"]
    # A convolution that unfolds its patches is listed as a product too, where its arithmetic is.
    return {name: {"ms": o["ms"] / o["times"], "gflop": o["gflop"] / o["times"], "times": o["times"]}
            for name, o in found.items() if o["times"]}


def measure():
    ours = json.load(sys.stdin)
    print(json.dumps({"openblas": {name: sgemm_ms(*shape(name)) for name in operations(ours)}}))


def compare():
    ours, theirs, work, models = {}, {}, {}, {}
    for line in map(json.loads, sys.stdin):
        if "openblas" in line:
            for name, ms in line["openblas"].items():
                theirs.setdefault(name, []).append(ms)
            continue
        for name, o in operations(line).items():
            ours.setdefault(name, []).append(o["ms"])
            work[name], models[name] = o, line["model"]
    print("%9s %9s %8s %8s %6s  %s" % ("vkgan ms", "BLAS ms", "GFLOP/s", "BLAS", "faster", "operation"))
    rows = []
    for name in ours:
        m, n, k, _, _ = shape(name)
        gflop = work[name]["gflop"]
        mine = statistics.median(ours[name])
        peer = statistics.median(theirs[name]) * gflop / (2e-9 * m * n * k)  # the part on taps that are no padding
        rows.append((models[name], gflop * work[name]["times"], mine, peer, gflop, name))
    for model in sorted(set(models.values())):
        mine = [r for r in rows if r[0] == model]
        for _, _, ms, peer, gflop, name in sorted(mine, key=lambda r: -r[1]):
            print("%9.3f %9.3f %8.1f %8.1f %6.2f  %s" % (ms, peer, gflop / ms * 1e3, gflop / peer * 1e3, peer / ms, name))
        weighted = sum(r[1] * r[3] / r[2] for r in mine) / sum(r[1] for r in mine)
        print("%s: %.2f times as fast as OpenBLAS, weighted by arithmetic; the least %.2f\n" % (
            model, weighted, min(r[3] / r[2] for r in mine)))


if __name__ == "__main__":
    {"measure": measure, "compare": compare}[sys.argv[1]]()
