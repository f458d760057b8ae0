#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `jumplora tokenize FOLDER` with transformers' AutoTokenizer on the lines of text files.

    python tests/peers/compare_tokenizer.py JUMPLORA FOLDER TEXTS...

TEXTS are UTF-8 files; each line is one text, and a line that is a JSON string stands for its content. Ids and decoded
text (special tokens left out) must be equal. Ends with 1 when they are not. Needs transformers and tokenizers, for
SentencePiece models also sentencepiece and protobuf, for tiktoken tables tiktoken.
"""
import json
import subprocess
import sys

from transformers import AutoTokenizer


class Failed(Exception):
    """The program ended with an error; `code` is its exit code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


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
        raise Failed(done.returncode, done.stderr.strip())
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def ask(function, *arguments, **options):
    """What the library says, or None where it breaks down itself."""
    try:
        return function(*arguments, **options)
    except BaseException as error:
        if type(error).__name__ in ("PanicException", "Exception"):
            return None
        raise


def compare(program, folder, texts, more_ids=(), peer=None):
    """Descriptions of what differs: ids of `texts`, and the texts of these ids and of `more_ids`."""
    peer = peer or AutoTokenizer.from_pretrained(folder)
    expected = {text: ask(peer, text) for text in texts}
    expected = {text: encoding["input_ids"] for text, encoding in expected.items() if encoding is not None}
    found = [row["ids"] for row in run(program, folder, [{"text": text} for text in expected])]
    wrong = []
    for (text, theirs), ours in zip(expected.items(), found, strict=True):
        if ours != theirs:
            wrong.append(f"{text!r}\n  transformers {theirs}\n  jumplora     {ours}")
    lists = [*expected.values(), *more_ids]
    decoded = [row["text"] for row in run(program, folder, [{"ids": ids} for ids in lists], "--decode")]
    for ids, ours in zip(lists, decoded, strict=True):
        theirs = ask(peer.decode, ids, skip_special_tokens=True)
        if theirs is not None and ours != theirs:
            wrong.append(f"{ids}\n  transformers {theirs!r}\n  jumplora     {ours!r}")
    return wrong


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, folder, *files = sys.argv[1:]
    texts = list(read_texts(files))
    try:
        wrong = compare(program, folder, texts)
    except Failed as error:
        sys.exit(f"{program} tokenize failed: {error}")
    print("\n".join([*wrong[:10], f"{len(texts)} texts, {len(wrong)} differences"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
