# SPDX-License-Identifier: Apache-2.0
"""Holds `jumplora tokenize` against transformers' AutoTokenizer.

    check_tokenizers.py PROGRAM [--random N] [--seed N] [--only PART] [--work FOLDER]

Small tokenizers of every kind are trained on made-up text in FOLDER (a temporary one by default), and N tokenizer.json
are made of random components; ids and decoded texts have to be equal on texts that are hard to tokenize, and decoded
random ids too. Where JUMPLORA_SHARED names a folder with real tokenizers, these are compared on the same texts. Needs
transformers 4.57.6, sentencepiece, protobuf and tiktoken; nothing is downloaded.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

from compare_tokenizer import Failed, compare  # noqa: E402
from tokenizer_kinds import KINDS, make_random, random_base  # noqa: E402
from tokenizer_texts import FIXED, noise  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import AutoTokenizer, logging  # noqa: E402

logging.set_verbosity_error()


def random_ids(size, count, seed):
    draw = random.Random(seed)
    return [[draw.randrange(size) for _ in range(draw.randint(0, 8))] for _ in range(count)]


def compare_folder(program, folder, count, seed):
    peer = AutoTokenizer.from_pretrained(folder)
    special = [token.content for token in peer.added_tokens_decoder.values()][:40]
    texts = [*FIXED, *noise(count, seed, special)]
    return compare(program, folder, texts, random_ids(len(peer), count, seed), peer)


def report(name, wrong):
    print(f"FAIL {name}: {len(wrong)} differences" if wrong else f"ok   {name}", flush=True)
    print("\n".join("  " + line for text in wrong[:3] for line in text[:2000].splitlines()), end="\n" if wrong else "")
    return bool(wrong)


def real_folders(shared, work):
    """The tokenizers of the shared data, each form of files in a folder of its own."""
    found = shared / "data" / "tokenizers"
    table = found / "llama3" / "tokenizer.model"
    ranks = len(table.read_text().splitlines()) if table.exists() else 0
    tokens = ["<|begin_of_text|>", "<|end_of_text|>"]
    llama3 = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "added_tokens_decoder": {str(ranks + i): {"content": t, "special": True} for i, t in enumerate(tokens)},
    }
    for name in ("gpt2", "qwen2"):
        if (found / name).is_dir():
            yield name, found / name
    forms = {
        "gpt2, vocab.json": ("gpt2", ["vocab.json", "merges.txt"], {"tokenizer_class": "GPT2Tokenizer"}),
        "llama3": ("llama3", ["tokenizer.model"], llama3),
        "llama2": ("llama2", ["tokenizer.model"], {"tokenizer_class": "LlamaTokenizer"}),
        "llama2, not legacy": ("llama2", ["tokenizer.model"], {"tokenizer_class": "LlamaTokenizer", "legacy": False}),
        "t5, spiece.model": ("t5", ["spiece.model"], {"tokenizer_class": "T5Tokenizer"}),
        **{
            f"t5, {file.name}": ("t5", [file.name], {"tokenizer_class": "T5Tokenizer"})
            for file in sorted((found / "t5").glob("tokenizer*.json"))
        },
    }
    for name, (source, files, config) in forms.items():
        if not all((found / source / file).exists() for file in files):
            continue
        folder = work / name
        folder.mkdir()
        for file in files:
            target = "tokenizer.json" if file.startswith("tokenizer.") and file.endswith(".json") else file
            shutil.copyfile(found / source / file, folder / target)
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
        yield name, folder


def check_kinds(program, work, options):
    failed = 0
    for name, make in KINDS.items():
        folder = work / name
        folder.mkdir()
        make(folder)
        failed += report(name, compare_folder(program, folder, 150, 1))
    return failed


@contextlib.contextmanager
def quiet():
    """Where the library breaks down, it prints pages to standard error."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def check_random(program, work, options):
    with quiet():
        return compare_random(program, work, options)


def compare_random(program, work, options):
    failed = refused = 0
    base = random_base()
    for seed in range(options.seed, options.seed + options.random):
        folder = work / f"random {seed}"
        folder.mkdir()
        make_random(folder, seed, base)
        try:
            Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # noqa: BLE001, the library raises nothing narrower
            print(f"     {folder.name}: not loaded by tokenizers: {error}")
            continue
        try:
            wrong = compare_folder(program, folder, 60, seed)
        except Failed as error:
            wrong = [str(error)] if error.code != 2 else []
            refused += not wrong
            print(f"     {folder.name}: {error}")
        failed += report(folder.name, wrong)
    print(f"     {refused} of {options.random} random tokenizers were refused")
    return failed


def check_real(program, work, options):
    shared = os.environ.get("JUMPLORA_SHARED")
    if not shared:
        return 0
    folders = real_folders(pathlib.Path(shared), work)
    return sum(report(name, compare_folder(program, folder, 300, 2)) for name, folder in folders)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--random", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["kinds", "random", "real"])
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp(prefix="jumplora-tokenizers-"))
    failed = 0
    try:
        for name, part in {"kinds": check_kinds, "random": check_random, "real": check_real}.items():
            if options.only in (None, name):
                folder = work / name
                folder.mkdir(parents=True)
                failed += part(options.program, folder, options)
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)
    print(f"{failed} failed" if failed else "all passed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
