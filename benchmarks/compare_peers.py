#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our step and generation beside those of Python peers, on the same token ids, taking turns.

    python3 -m venv build/venv-peers
    build/venv-peers/bin/pip install torch==2.13.0 transformers==4.57.6 peft==0.18.1
    build/venv-peers/bin/python benchmarks/compare_peers.py --shape t5-small

Each program is a process of its own that does one repetition whenever it is told to, so that what the machine does
besides hits all of them alike. Printed are the medians, the ratio in each round (median, lowest, highest) and each
process's highest resident memory. The peers: `peft`: T5ForConditionalGeneration with LoRA on q and v; `reference`: the
published gated layer, written from its formula with one dense matrix per module and pass, and the ELLA term;
`generate`: Hugging Face's greedy generation.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("JUMPLORA_SHARED", ROOT.parent / "shared"))
SHAPES = {  # d, heads, ff, layers, rows of a step, rows of a generation
    "t5-small": (512, 8, 2048, 6, 16, 32),
    "t5-base": (768, 12, 3072, 12, 8, 16),
    "t5-large": (1024, 16, 4096, 24, 4, 8),
}
RANK, ALPHA, LAMBDA, BANDWIDTH, NEW_TOKENS = 8, 32.0, 3e4, 1e-3, 8


# ---- peers -----------------------------------------------------------------------------------------------------------


def make_model(shape):
    from transformers import T5Config, T5ForConditionalGeneration

    d, heads, ff, layers, _, _ = SHAPES[shape]
    config = T5Config(vocab_size=32128, d_model=d, d_kv=64, d_ff=ff, num_layers=layers, num_decoder_layers=layers,
                      num_heads=heads, decoder_start_token_id=0, dropout_rate=0.0)
    return T5ForConditionalGeneration(config)


def padded(rows):
    import torch

    def pad(lists, value):
        longest = max(map(len, lists))
        return torch.tensor([ids + [value] * (longest - len(ids)) for ids in lists])

    source = [row["source"] for row in rows]
    return {
        "input_ids": pad(source, 0),
        "attention_mask": pad([[1] * len(ids) for ids in source], 0),
        "labels": pad([row["target"] for row in rows], -100),
    }


def training_step(model, batch, parameters, penalty=None):
    import torch

    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.0)

    def step():
        optimizer.zero_grad()
        loss = model(**batch).loss
        if penalty is not None:
            loss = loss + penalty()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return step


def peft_step(shape, rows):
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(make_model(shape), LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=["q", "v"]))
    model.train()
    return training_step(model, padded(rows), [p for p in model.parameters() if p.requires_grad])


def reference_step(shape, rows):
    import torch

    class JumpRelu(torch.autograd.Function):
        @staticmethod
        def forward(ctx, delta, log_tau):
            tau = log_tau.exp()
            ctx.save_for_backward(delta, tau)
            return delta * (delta.abs() > tau)

        @staticmethod
        def backward(ctx, grad):
            delta, tau = ctx.saved_tensors
            inside = (((delta - tau) / BANDWIDTH).abs() < 0.5).float() - (((-delta - tau) / BANDWIDTH).abs() < 0.5).float()
            return grad * (delta.abs() > tau), -(tau * tau / BANDWIDTH) * (inside * grad).mean()

    class Gated(torch.nn.Module):
        def __init__(self, base, log_tau):
            super().__init__()
            self.base, self.blend = base, 1.0
            self.__dict__["log_tau"] = log_tau
            self.a = torch.nn.Parameter(torch.empty(RANK, base.in_features).uniform_(-1, 1) / base.in_features**0.5)
            self.b = torch.nn.Parameter(torch.randn(base.out_features, RANK) * 0.02)
            self.past = self.masked(0.01).detach()

        def masked(self, tau):
            delta = self.b @ self.a
            return ALPHA / RANK * delta * (delta.abs() > tau)

        def update(self):
            delta = self.b @ self.a
            return ALPHA / RANK * (self.blend * JumpRelu.apply(delta, self.log_tau) + (1 - self.blend) * delta)

        def forward(self, x):
            return self.base(x) + x @ self.update().t()

    model = make_model(shape)
    model.requires_grad_(False)
    log_tau = torch.nn.Parameter(torch.tensor(0.0))
    gated = []
    for module in list(model.modules()):
        for name in ("q", "v"):
            child = getattr(module, name, None)
            if isinstance(child, torch.nn.Linear):
                layer = Gated(child, log_tau)
                setattr(module, name, layer)
                gated.append(layer)
    with torch.no_grad():
        magnitudes = torch.cat([(layer.b @ layer.a).abs().flatten() for layer in gated])
        alive = sum(RANK * (layer.a.shape[1] + layer.b.shape[0]) for layer in gated)
        log_tau.copy_(magnitudes.kthvalue(magnitudes.numel() - alive + 1).values.log())
        del magnitudes
    parameters = [p for layer in gated for p in (layer.a, layer.b)] + [log_tau]

    def penalty():
        return LAMBDA / len(gated) * sum((layer.update() * layer.past).square().sum() for layer in gated)

    model.train()
    return training_step(model, padded(rows), parameters, penalty)


def peer_generate(shape, rows):
    import torch

    model = make_model(shape)
    model.eval()
    batch = padded(rows)

    def step():
        with torch.no_grad():
            model.generate(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"],
                           max_new_tokens=NEW_TOKENS, do_sample=False, num_beams=1, min_new_tokens=NEW_TOKENS)

    return step


def run_worker(kind, shape, rows_file, threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    rows = [json.loads(line) for line in Path(rows_file).read_text().splitlines()]
    step = {"peft": peft_step, "reference": reference_step, "generate": peer_generate}[kind](shape, rows)
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(time.perf_counter() - start, flush=True)


# ---- taking turns ----------------------------------------------------------------------------------------------------


class Worker:
    def __init__(self, name, command):
        self.name, self.seconds = name, []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} ended early, exit code {self.process.wait()}")
        return float(answer)

    def peak(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(arguments, kind, extra):
    return [str(arguments.program), "bench", kind, "--shape", arguments.shape, "--threads", str(arguments.threads),
            "--tasks", str(arguments.tasks), "--root", str(arguments.root), "--task", arguments.task, "--tokenizer",
            str(arguments.tokenizer), "--on-line", *extra]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    parser.add_argument("--shape", choices=SHAPES, default="t5-small")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=["step", "generate"])
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/bin/jumplora")
    parser.add_argument("--tasks", type=Path, default=SHARED / "data/orders/short_order_1.json")
    parser.add_argument("--root", type=Path, default=SHARED / "data")
    parser.add_argument("--task", default="amazon")
    parser.add_argument("--tokenizer", type=Path, default=SHARED / "data/tokenizers/t5")
    parser.add_argument("--json", type=Path, help="write every number here")
    arguments = parser.parse_args()
    if arguments.worker:
        run_worker(arguments.worker, arguments.shape, arguments.rows, arguments.threads)
        return

    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        for kind in ["step", "generate"] if arguments.only is None else [arguments.only]:
            rows = Path(scratch) / f"{kind}.jsonl"
            batch = ["--batch", str(SHAPES[arguments.shape][5])] if kind == "generate" else []
            if kind == "step":
                own = {
                    "ours, plain LoRA": ["--gate", "none", "--method", "inclora", "--write-rows", str(rows)],
                    "ours, gate + ELLA": ["--gate", "jumprelu", "--method", "ella"],
                }
                peers = ["peft", "reference"]
            else:
                own = {"ours, generate": [*batch, "--new-tokens", str(NEW_TOKENS), "--write-rows", str(rows)]}
                peers = ["generate"]
            workers = [Worker(name, ours(arguments, kind, extra)) for name, extra in own.items()]
            workers[0].ask("go")  # the rows are written before the first answer
            for peer in peers:
                workers.append(Worker(peer, [sys.executable, __file__, "--worker", peer, "--shape", arguments.shape,
                                             "--rows", str(rows), "--threads", str(arguments.threads)]))
            for worker in workers:
                worker.ask("go")  # warm-up
            for _ in range(arguments.rounds):
                for worker in workers:
                    worker.seconds.append(worker.ask("go"))
            for worker in workers:
                results[worker.name] = {"seconds": worker.seconds, "peak_bytes": worker.peak()}
                worker.close()

    print(f"{arguments.shape}, {arguments.threads} threads, {arguments.rounds} rounds, rows of {arguments.task}")
    for name, result in results.items():
        print(f"  {name:18} median {statistics.median(result['seconds']):7.3f} s   "
              f"({min(result['seconds']):.3f} … {max(result['seconds']):.3f})   peak {result['peak_bytes'] / 2**30:.2f} GiB")
    for above, below in [("ours, plain LoRA", "peft"), ("ours, gate + ELLA", "reference"),
                         ("ours, gate + ELLA", "ours, plain LoRA"), ("ours, generate", "generate")]:
        if above in results and below in results:
            ratios = [a / b for a, b in zip(results[above]["seconds"], results[below]["seconds"])]
            memory = results[above]["peak_bytes"] / results[below]["peak_bytes"]
            print(f"  {above} / {below}: time {statistics.median(ratios):.3f} ({min(ratios):.3f} … {max(ratios):.3f}), "
                  f"memory {memory:.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
