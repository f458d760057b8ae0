#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `jumplora tokenize FOLDER` with transformers' AutoTokenizer on the lines of text files.

    python tests/peers/compare_tokenizer.py JUMPLORA FOLDER TEXTS...

TEXTS are UTF-8 files; each line is one text, and a line that is a JSON string stands for its content. Ids and decoded
text (special tokens left out) must be equal. Ends with 1 when they are not. Needs transformers and tokenizers, for
SentencePiece models also sentencepiece and protobuf, for tiktoken tables tiktoken and blobfile.
"""
import json
import subprocess
import sys

from transformers import AutoTokenizer


def read_texts(files):
    for name in files:
        with open(name, encoding="utf-8") as file:
            for line in file:
                line = line.rstrip("\n")
                try:
                    value = json.loads(line)
                except ValueError:
                    value = line
                yield value if isinstance(value, str) else line


def run(program, folder, rows, *options):
    stdin = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run([program, "tokenize", folder, *options], input=stdin, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} tokenize failed: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, folder, *files = sys.argv[1:]
    texts = list(read_texts(files))
    peer = AutoTokenizer.from_pretrained(folder)
    expected = [peer(text)["input_ids"] for text in texts]
    ids = [row["ids"] for row in run(program, folder, [{"text": text} for text in texts])]
    decoded = [row["text"] for row in run(program, folder, [{"ids": row} for row in expected], "--decode")]
    wrong = 0
    for text, own, other, own_text in zip(texts, ids, expected, decoded, strict=True):
        other_text = peer.decode(other, skip_special_tokens=True)
        if own == other and own_text == other_text:
            continue
        wrong += 1
        if wrong <= 10:
            print(f"{text!r}\n  transformers {other} {other_text!r}\n  jumplora     {own} {own_text!r}")
    print(f"{len(texts)} texts, {wrong} differ ({type(peer).__name__})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
