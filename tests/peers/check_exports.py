# SPDX-License-Identifier: Apache-2.0
"""Holds what `jumplora` reads and writes against transformers and peft.

    check_exports.py PROGRAM [--work FOLDER]

PROGRAM is the built command line. Needs torch, transformers 4.57.6 and peft 0.18.1. Small random models and short
runs are made in FOLDER (a temporary one by default): checkpoints in every form of file, adapters with every
setting that is supported and some that are refused, adapters and models of runs. Every logit has to agree within
1e-5 of the largest. Takes two minutes.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
from make_forward_folder import make_batch, make_model
from peft import LoHaConfig, LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

LIMIT = 1e-5
SPARSE = "sparse_update.safetensors"
BUILTIN = pathlib.Path(__file__).resolve().parents[2] / "resources" / "builtin"
failures = []


def check(name, passed, detail=""):
    print(f"{'ok  ' if passed else 'FAIL'} {name} {detail}".rstrip(), flush=True)
    if not passed:
        failures.append(name)


def relative(found, expected):
    return ((found - expected).abs().max() / expected.abs().max()).item()


class Program:
    def __init__(self, path, work):
        self.path = pathlib.Path(path).resolve()
        self.environment = {**os.environ, "XDG_DATA_HOME": str(work / "data")}

    def __call__(self, *arguments):
        return subprocess.run(
            [self.path, *map(str, arguments)], capture_output=True, text=True, env=self.environment, check=False
        )

    def json(self, *arguments):
        result = self(*arguments)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: {result.stderr}")
        return json.loads(result.stdout)

    def verify(self, name, *arguments):
        result = self("verify", *arguments)
        check(name, result.returncode == 0, "" if result.returncode == 0 else result.stdout + result.stderr)

    def refuses(self, name, part, *arguments):
        result = self(*arguments)
        check(name, result.returncode == 2 and part in result.stderr, result.stderr.strip()[:200])


def make_t5(seed, **settings):
    torch.manual_seed(seed)
    config = T5Config(
        **{
            "vocab_size": 96,
            "d_model": 32,
            "d_kv": 12,
            "d_ff": 48,
            "num_layers": 2,
            "num_decoder_layers": 3,
            "num_heads": 3,
            "relative_attention_num_buckets": 16,
            "dropout_rate": 0.0,
            "decoder_start_token_id": 0,
            **settings,
        }
    )
    model = T5ForConditionalGeneration(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.uniform_(0.5, 1.5) if "norm" in name else weight.normal_(0, 0.1)
    return model.float().eval()


def make_inputs(model, seed=5):
    torch.manual_seed(seed)
    ids, mask, labels = make_batch(model.config.vocab_size, 31)
    if model.config.is_encoder_decoder:
        labels = torch.randint(3, model.config.vocab_size, (3, 11))
        labels[1, 8:] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def forward(model, inputs):
    with torch.no_grad():
        return model(**inputs)


def record(model, folder, metadata, extra=()):
    """golden.safetensors beside what is verified."""
    inputs = make_inputs(model)
    output = forward(model, inputs)
    tensors = {**inputs, "logits": output.logits, "loss": output.loss.reshape(1), **dict(extra)}
    save_file({k: v.contiguous().clone() for k, v in tensors.items()}, folder / "golden.safetensors", metadata=metadata)


# ---- Checkpoints


def save_as(model, folder, form):
    if form.startswith("safetensors"):
        model.save_pretrained(folder, max_shard_size="40KB" if "shards" in form else "1GB")
    elif form.startswith("bin"):
        model.save_pretrained(folder, safe_serialization=False, max_shard_size="40KB" if "shards" in form else "1GB")
    else:
        model.save_pretrained(folder)
        (folder / "model.safetensors").unlink()
        weights = model.state_dict()
        if form == "strided":
            weights = {k: v.t().contiguous().t() if v.dim() == 2 else v for k, v in weights.items()}
        if form == "parameters":
            weights = {k: torch.nn.Parameter(v) for k, v in weights.items()}
        options = {
            "legacy": {"_use_new_zipfile_serialization": False},
            "protocol 4": {"pickle_protocol": 4},
        }.get(form, {})
        torch.save(weights, folder / "pytorch_model.bin", **options)


def check_checkpoints(program, work):
    models = {"t5": make_t5(1), "t5-untied": make_t5(2, tie_word_embeddings=False, feed_forward_proj="gated-gelu")}
    for family in ("llama", "qwen3"):
        models[family] = make_model(family, {"tie_word_embeddings": family == "qwen3"}, 3)
    forms = ["safetensors", "safetensors shards", "bin", "bin shards", "legacy", "strided", "parameters", "protocol 4"]
    for name, model in models.items():
        for form in forms:
            folder = work / f"{name} {form}"
            save_as(model, folder, form)
            if "shards" in form:
                check(f"{name} {form}: there are several", len(list(folder.glob("*-of-*"))) > 1)
            record(model, folder, {"format": "jumplora-golden-forward/1"})
            program.verify(f"{name} as {form}", "forward", folder)
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        model = make_t5(4).to(dtype)
        for form in ("safetensors", "bin"):
            folder = work / f"{dtype} {form}"
            save_as(model, folder, form)
            record(make_t5(4).to(dtype).float(), folder, {"format": "jumplora-golden-forward/1"})
            program.verify(f"{dtype} as {form}", "forward", folder)


# ---- Adapters of peft


def randomise(model, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_" in name:
                weight.normal_(0, 0.1)
            elif "modules_to_save" in name:
                weight.add_(0.1 * torch.randn_like(weight))


def save_adapter(base, folder, config, binary=False):
    """Writes an adapter and its record; returns the merged model."""
    model = get_peft_model(base, config)
    randomise(model, 7)
    model.eval()
    model.save_pretrained(folder, safe_serialization=not binary)
    saved = json.loads((folder / "adapter_config.json").read_text())
    saved["target_modules"] = config.target_modules if isinstance(config.target_modules, str) else saved["target_modules"]
    (folder / "adapter_config.json").write_text(json.dumps(saved))
    record(model, folder, {"format": "jumplora-golden-peft/1", "base": "PLACEHOLDER"})
    tensors = load_file(folder / "golden.safetensors")
    merged = model.merge_and_unload()
    for name, weight in merged.named_parameters():
        tensors["merged/" + name] = weight.detach().clone()
    return merged, tensors


def adapter_settings(encoder_decoder):
    q, v, f = ("q", "v", "wo") if encoder_decoder else ("q_proj", "v_proj", "down_proj")
    stem = "encoder" if encoder_decoder else "model"
    layers = "block" if encoder_decoder else "layers"
    norm = "final_layer_norm" if encoder_decoder else "norm"
    return {
        "plain": {"target_modules": [q, v]},
        "bin": {"target_modules": [q, v]},
        "rslora": {"target_modules": [q], "use_rslora": True},
        "patterns": {
            "target_modules": [q, v, f],
            "rank_pattern": {q: 7, rf".*\.{layers}\.1\..*{f}": 2},
            "alpha_pattern": {v: 3, f"^{stem}.*{f}": 5},
        },
        "regex": {"target_modules": rf"{stem}.*\.({q}|{f})"},
        "excluded": {"target_modules": [q, v], "exclude_modules": rf".*{layers}\.0.*"},
        "all-linear": {"target_modules": "all-linear", "r": 2},
        "layers": {"target_modules": [q, f], "layers_to_transform": [1], "layers_pattern": layers},
        "one layer": {"target_modules": [q], "layers_to_transform": 0},
        "gaussian": {"target_modules": [q], "init_lora_weights": "gaussian"},
        "saved norm": {"target_modules": [q], "modules_to_save": [norm]},
        "saved layer": {"target_modules": [v], "modules_to_save": [f]},
    }


def check_imports(program, work):
    bases = {
        "t5": lambda: make_t5(11),
        "t5-untied": lambda: make_t5(12, tie_word_embeddings=False, feed_forward_proj="gated-gelu"),
        "llama": lambda: make_model("llama", {"tie_word_embeddings": False}, 13),
        "qwen2": lambda: make_model("qwen2", {"tie_word_embeddings": True}, 14),
    }
    for base_name, make in bases.items():
        base_folder = work / base_name
        make().save_pretrained(base_folder)
        encoder_decoder = base_name.startswith("t5")
        task = "SEQ_2_SEQ_LM" if encoder_decoder else "CAUSAL_LM"
        cases = adapter_settings(encoder_decoder)
        if base_name in ("t5-untied", "llama"):
            cases["head"] = {"target_modules": ["lm_head"]}
            cases["saved head"] = {"target_modules": ["q", "q_proj"], "modules_to_save": ["lm_head"]}
        if base_name == "llama":
            cases["saved embedding"] = {"target_modules": ["q_proj"], "modules_to_save": ["embed_tokens"]}
        for case, settings in cases.items():
            folder = work / f"peft_{base_name}_{case.replace(' ', '_')}"
            config = LoraConfig(**{"r": 4, "lora_alpha": 16, "task_type": task, **settings})
            with contextlib.redirect_stderr(None):
                merged, tensors = save_adapter(make(), folder, config, binary=case == "bin")
            save_file(tensors, folder / "golden.safetensors", metadata={"format": "jumplora-golden-peft/1", "base": base_name})
            program.verify(f"{base_name}, {case}", "peft", folder)
            if case not in ("plain", "patterns", "saved head"):
                continue
            output = work / f"merged_{base_name}_{case}".replace("-", "_").replace(" ", "_")
            program.json("peft", "import", folder, "--backbone", base_folder, "--output", output, "--json")
            found = load_model(output, encoder_decoder)
            inputs = make_inputs(merged)
            error = relative(forward(found, inputs).logits, forward(merged, inputs).logits)
            check(f"{base_name}, {case}: merged folder in transformers", error < LIMIT, f"{error:.1e}")


def check_refusals(program, work):
    base = work / "t5"
    cases = {
        "use_dora": LoraConfig(target_modules=["q"], use_dora=True),
        "bias": LoraConfig(target_modules=["q"], bias="all"),
        "LOHA": LoHaConfig(target_modules=["q"]),
        "trainable_token_indices": LoraConfig(target_modules=["q"], trainable_token_indices={"shared": [1]}),
        "lora_bias": LoraConfig(target_modules=["q"], lora_bias=True),
    }
    for part, config in cases.items():
        folder = work / f"refused {part}"
        get_peft_model(make_t5(11), config).save_pretrained(folder)
        program.refuses(f"{part} is refused", part, "peft", "show", folder, "--backbone", base)
    program.refuses("an adapter of another model", "lora_A", "peft", "show", work / "peft_llama_plain", "--backbone", base)


# ---- Adapters and models of runs


def load_model(folder, encoder_decoder=True):
    kind = AutoModelForSeq2SeqLM if encoder_decoder else AutoModelForCausalLM
    model, report = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    surplus = report["missing_keys"] or report["unexpected_keys"] or report["mismatched_keys"]
    check(f"{folder.name}: transformers misses nothing", not surplus, str(surplus or ""))
    return model.eval()


def apply_sparse(model, file):
    update = load_file(file)
    for key in [k for k in update if k.endswith(".indices")]:
        name = key[: -len(".indices")]
        weight = model.get_submodule(name).weight.data
        weight.view(-1)[update[key]] += update[name + ".values"].to(weight.dtype)
    return model


class Runs:
    """Runs on one backbone, their models and their adapters."""

    def __init__(self, program, work, backbone, spec):
        self.program, self.work, self.backbone = program, work, backbone
        self.spec = {"backbone": {"path": str(backbone)}, "evaluation": {"max_samples": 2}, **spec}
        config = json.loads((backbone / "config.json").read_text())
        self.encoder_decoder = config.get("model_type") == "t5"
        self.inputs = make_inputs(self.load())
        self.directories = {}
        self.logits = {}

    def load(self, folder=None):
        return load_model(folder or self.backbone, self.encoder_decoder)

    def run(self, name, changes):
        file = self.work / f"{name}.json"
        file.write_text(json.dumps({**self.spec, "name": name, **changes}))
        report = self.program.json("run", file, "--into", self.work / "runs" / name, "--json", "--quiet")
        self.directories[name] = report["directory"]

    def model_folder(self, name, task):
        return self.work / f"{name}_after_{task}"

    def export_models(self, name, tasks):
        for task in tasks:
            folder = self.model_folder(name, task)
            self.program.json("export-model", self.directories[name], "--task", task, "--output", folder, "--json")
            self.logits[name, task] = self.forward(self.load(folder))

    def export(self, name, task, *options):
        folder = self.work / "_".join(["adapter", name, str(task), *options])
        report = self.program.json(
            "peft", "export", self.directories[name], "--task", task, "--output", folder, "--json", *options
        )
        return folder, report

    def forward(self, model):
        return forward(model, self.inputs).logits

    def compare(self, what, model, expected):
        error = relative(self.forward(model), expected)
        check(what, error < LIMIT, f"{error:.1e}")

    def compare_adapter(self, name, task, base=None):
        folder, _ = self.export(name, task)
        adapted = PeftModel.from_pretrained(self.load(base), folder).eval()
        self.compare(f"{name}, task {task} in peft", adapted, self.logits[name, task])
        return folder


def check_exports(program, work):
    runs = Runs(
        program,
        work,
        BUILTIN,
        {
            "suite": {"tasks": "builtin", "order": ["dbpedia", "amazon", "agnews"], "max_samples": 64},
            "adapter": {"rank": 4, "alpha": 8, "targets": ["q", "v", "wo"]},
            "optimizer": {"lr": 2e-2},
            "train": {"batch_size": 8},
        },
    )
    runs.run("plain", {"method": {"type": "inclora"}})
    runs.run("gated", {"method": {"type": "ella"}, "gate": {"type": "jumprelu"}})
    runs.run("continued", {"method": {"type": "seqlora"}})
    for name in runs.directories:
        runs.export_models(name, range(4))
    logits = runs.logits
    check("the backbone comes out as it went in", relative(logits["plain", 0], runs.forward(runs.load())) == 0)
    check("training changed the model", relative(logits["plain", 1], logits["plain", 0]) > 1e-3)

    for task in (1, 2):
        folder = runs.compare_adapter("plain", task, runs.model_folder("plain", task - 1))
        base = json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"]
        check(f"plain, task {task} names its base", (base is not None) == (task == 1), str(base))
    folder, report = runs.export("plain", 3, "--cumulative")
    check("rank of the sum", report["rank"] == 12)
    summed = PeftModel.from_pretrained(runs.load(), folder).eval()
    runs.compare("plain, tasks 1 to 3 in peft", summed, logits["plain", 3])
    runs.compare("plain, tasks 1 to 3 merged by peft", summed.merge_and_unload(), logits["plain", 3])
    runs.compare_adapter("continued", 2)

    folder, report = runs.export("gated", 2)
    check("a masked update is no pair", report["sparse"] and not report["lora"])
    check("and is sparse", report["live_entries"] < report["entries"] / 2, str(report["live_entries"]))
    start = runs.load(runs.model_folder("gated", 1))
    runs.compare("gated, task 2 as its entries", apply_sparse(start, folder / SPARSE), logits["gated", 2])
    folder, report = runs.export("gated", 3, "--cumulative", "--closest-rank", "6")
    exact = apply_sparse(runs.load(), folder / SPARSE)
    runs.compare("gated, tasks 1 to 3", exact, logits["gated", 3])
    closest = PeftModel.from_pretrained(runs.load(), folder).merge_and_unload()
    check_closest(closest, exact, runs.load(), report)

    # The other way: what was exported is imported again.
    folder = work / "adapter_plain_1"
    output = work / "imported_again"
    program.json("peft", "import", folder, "--backbone", BUILTIN, "--output", output, "--json")
    runs.compare("an exported adapter imported again", runs.load(output), logits["plain", 1])
    answers = [
        subprocess.run(
            [program.path, "generate", *arguments],
            input="Options: good | bad Text: fine Answer:\n",
            capture_output=True,
            text=True,
            env=program.environment,
            check=True,
        ).stdout
        for arguments in (
            ["--run", runs.directories["plain"], "--after", "1"],
            [BUILTIN, "--adapter", folder],
            [output],
        )
    ]
    check("generate --adapter answers as the run does", len({line for line in answers}) == 1, str(answers))


def save_byte_tokenizer(folder, config):
    """A token for each byte behind padding, bos and eos."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: id for id, token in enumerate(["<pad>", "<s>", "</s>", *letters])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    ).save_pretrained(folder)
    assert len(vocabulary) <= config.vocab_size


def check_decoder_exports(program, work):
    """The same ways out of runs on decoder-only models: shared keys, biases, an own and a tied output layer."""
    cases = {
        "llama": ({"tie_word_embeddings": False}, ["q_proj", "v_proj", "down_proj"]),
        "qwen2": ({"tie_word_embeddings": True}, ["q_proj", "k_proj", "o_proj", "gate_proj"]),
    }
    for seed, (family, (settings, targets)) in enumerate(cases.items(), 21):
        folder = work / family
        folder.mkdir()
        small = {"vocab_size": 272, "num_hidden_layers": 2, "max_position_embeddings": 512, **settings}
        model = make_model(family, small, seed)
        model.save_pretrained(folder)
        save_byte_tokenizer(folder, model.config)
        biased = [name for name in model.state_dict() if name.endswith("bias")]
        check(f"{family}: biases", bool(biased) == (family == "qwen2"))
        runs = Runs(
            program,
            folder,
            folder,
            {
                "suite": {"tasks": "builtin", "order": ["dbpedia", "amazon"], "max_samples": 32},
                "adapter": {"rank": 3, "alpha": 6, "targets": targets},
                "optimizer": {"lr": 5e-3},
                "train": {"batch_size": 8},
            },
        )
        check(f"{family}: heads share keys", model.config.num_key_value_heads < model.config.num_attention_heads)
        plain, gated = f"{family}_plain", f"{family}_gated"
        runs.run(plain, {"method": {"type": "inclora"}})
        runs.run(gated, {"method": {"type": "ella"}, "gate": {"type": "jumprelu"}})
        runs.export_models(plain, (1, 2))
        runs.export_models(gated, (1, 2))
        change = relative(runs.logits[plain, 1], runs.forward(runs.load()))
        check(f"{family}: training changed the model", change > 1e-3, f"{change:.1e}")
        runs.compare_adapter(plain, 1)
        runs.compare_adapter(plain, 2, runs.model_folder(plain, 1))
        merged = runs.model_folder(plain, 2)
        record(runs.load(merged), merged, {"format": "jumplora-golden-forward/1"})
        program.verify(f"{family}: the exported model in both programs", "forward", merged)
        adapter, report = runs.export(gated, 2)
        live, entries = report["live_entries"], report["entries"]
        check(f"{family}: a masked update is sparse", 0 < live < entries, f"{live} of {entries}")
        start = runs.load(runs.model_folder(gated, 1))
        runs.compare(f"{gated}, task 2 as its entries", apply_sparse(start, adapter / SPARSE), runs.logits[gated, 2])


def check_closest(closest, exact, base, report):
    """The error that is stated, and that no pair of this rank is nearer."""
    squared = norm = best = 0.0
    for name, error in report["module_errors"].items():
        start = base.get_submodule(name).weight.data.double()
        update = exact.get_submodule(name).weight.data.double() - start
        pair = closest.get_submodule(name).weight.data.double() - start
        rest = torch.linalg.svdvals(update)[report["rank"] :].square().sum().item()
        distance = (update - pair).square().sum().item()
        size = update.square().sum().item()
        if abs((distance / size) ** 0.5 - error) > 1e-4:
            check(f"{name}: stated error", False, f"{(distance / size) ** 0.5} {error}")
        squared, norm, best = squared + distance, norm + size, best + rest
    stated = report["relative_error"]
    check("closest pair: stated error", abs((squared / norm) ** 0.5 - stated) < 1e-4, f"{stated:.4f}")
    check("closest pair: none is nearer", (squared / norm) ** 0.5 < (best / norm) ** 0.5 + 1e-4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp(prefix="jumplora-peers-"))
    work.mkdir(parents=True, exist_ok=True)
    try:
        program = Program(options.program, work)
        for part in (check_checkpoints, check_imports, check_refusals, check_exports, check_decoder_exports):
            folder = work / ("check_imports" if part is check_refusals else part.__name__)
            folder.mkdir(exist_ok=True)
            part(program, folder)
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)
    print(f"{len(failures)} failed" if failures else "all passed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
