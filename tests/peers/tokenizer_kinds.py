# SPDX-License-Identifier: Apache-2.0
"""Small tokenizers of every kind, trained on made-up text and written to a folder as they are published."""
import base64
import io
import json
import pathlib
import random

import sentencepiece
from tokenizer_texts import OTHERS, WORDS, corpus
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
MARK = "▁"


def write_json(file, value):
    file.write_text(json.dumps(value, ensure_ascii=False))


def byte_level(pattern, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    if pattern == GPT2:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        split = pre_tokenizers.Split(Regex(pattern), "isolated")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=1200, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


def save_vocabulary_and_merges(tokenizer, folder):
    model = json.loads(tokenizer.to_str())["model"]
    write_json(folder / "vocab.json", model["vocab"])
    lines = ["#version: 0.2", *(" ".join(merge) for merge in model["merges"])]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")


def gpt2(folder):
    tokenizer = byte_level(GPT2)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False})


def gpt2_files(folder):
    save_vocabulary_and_merges(byte_level(GPT2), folder)
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True})


def added(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, **flags}


def qwen2(folder):
    tokenizer = byte_level(QWEN2, normalizers.NFC())
    save_vocabulary_and_merges(tokenizer, folder)
    first = tokenizer.get_vocab_size()
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "Qwen2Tokenizer",
            "added_tokens_decoder": {str(first + i): added(t, special=True) for i, t in enumerate(tokens)},
            "additional_special_tokens": tokens[1:],
            "eos_token": tokens[0],
            "pad_token": tokens[0],
            "unk_token": None,
        },
    )


def llama3(folder):
    tokenizer = byte_level(LLAMA3)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>"])
    template = processors.TemplateProcessing(
        single="<|begin_of_text|> $A",
        pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
        special_tokens=[("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))],
    )
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    saved = json.loads(tokenizer.to_str())
    # Words that are tokens although no row of merges makes them: that is what ignore_merges is for.
    saved["model"]["ignore_merges"] = True
    vocabulary = saved["model"]["vocab"]
    free = max(token["id"] for token in saved["added_tokens"]) + 1
    for i, word in enumerate(["Ġzygote", "xylophone", "ĠĠĠĠĠĠĠĠĠ"]):
        vocabulary[word] = free + i
    write_json(folder / "tokenizer.json", saved)
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<|begin_of_text|>",
            "eos_token": "<|end_of_text|>",
            "clean_up_tokenization_spaces": True,
        },
    )


def tiktoken(folder):
    model = json.loads(byte_level(LLAMA3).to_str())["model"]
    bytes_of = {}
    next_character = 0x100
    for byte in range(256):
        prints = 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or byte >= 0xAE
        bytes_of[chr(byte) if prints else chr(next_character)] = byte
        next_character += not prints
    by_id = sorted(model["vocab"].items(), key=lambda item: item[1])
    lines = [
        f"{base64.b64encode(bytes(bytes_of[c] for c in token)).decode()} {rank}" for rank, (token, _) in enumerate(by_id)
    ]
    (folder / "tokenizer.model").write_text("\n".join(lines) + "\n")
    tokens = {str(len(lines) + i): added(t, special=True) for i, t in enumerate(["<|begin_of_text|>", "<|end_of_text|>"])}
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "added_tokens_decoder": tokens,
            "bos_token": "<|begin_of_text|>",
            "eos_token": "<|end_of_text|>",
        },
    )


def sentencepiece_model(kind, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=corpus(), model_writer=model, model_type=kind, minloglevel=2, num_threads=1, **options
    )
    return model.getvalue()


def t5(folder, **settings):
    options = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1, "vocab_size": 900}
    (folder / "spiece.model").write_bytes(sentencepiece_model("unigram", **options))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer", "extra_ids": 100, **settings})


def llama2(folder, **settings):
    options = {"byte_fallback": True, "vocab_size": 1200, "split_digits": True, "normalization_rule_name": "identity"}
    options |= {"remove_extra_whitespaces": False, "allow_whitespace_only_pieces": True}
    (folder / "tokenizer.model").write_bytes(sentencepiece_model("bpe", character_coverage=0.98, **options))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer", **settings})


def saved_by_transformers(make):
    """The tokenizer.json that transformers makes of the other files, alone."""

    def saved(folder):
        from transformers import AutoTokenizer

        source = folder / "source"
        source.mkdir()
        make(source)
        AutoTokenizer.from_pretrained(source).save_pretrained(folder)
        for file in folder.glob("*.model"):
            file.unlink()

    return saved


def unigram(folder):
    """A Unigram as on the hub: no SentencePiece model beside it, byte fallback."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Sequence(
        [decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="first"), decoders.Fuse()]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=700, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.add_tokens(
        [
            AddedToken("<tool>", lstrip=True, rstrip=True),
            AddedToken("word", single_word=True, normalized=False),
            AddedToken("ﬁne", normalized=True),
        ]
    )
    saved = json.loads(tokenizer.to_str())
    saved["model"]["vocab"] += [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    saved["model"]["byte_fallback"] = True
    shift = len(saved["model"]["vocab"])
    for i, token in enumerate(t for t in saved["added_tokens"] if not t["special"]):
        token["id"] = shift + i
    write_json(folder / "tokenizer.json", saved)
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"},
    )


KINDS = {
    "gpt2": gpt2,
    "gpt2 vocab.json": gpt2_files,
    "qwen2 vocab.json": qwen2,
    "qwen2 tokenizer.json": saved_by_transformers(qwen2),
    "llama3": llama3,
    "tiktoken": tiktoken,
    "t5 spiece.model": t5,
    "t5 spiece.model, not legacy": lambda folder: t5(folder, legacy=False, add_prefix_space=False),
    "t5 tokenizer.json": saved_by_transformers(t5),
    "llama2 tokenizer.model": lambda folder: llama2(folder, add_eos_token=True),
    "llama2 tokenizer.model, not legacy": lambda folder: llama2(folder, legacy=False),
    "llama2 tokenizer.json": saved_by_transformers(llama2),
    "llama2 tokenizer.json, not legacy": saved_by_transformers(lambda folder: llama2(folder, legacy=False)),
    "unigram": unigram,
}


# ---- tokenizer.json of random components

PATTERNS = [
    GPT2,
    QWEN2,
    LLAMA3,
    r"\s",
    r"\s+",
    r"\d",
    r"\d{1,3}(?=(?:\d{3})*\b)",
    r"[\p{P}\p{S}]",
    r"\p{Han}+|\p{Hiragana}+|[^\S\n]",
    r"\w+|[^\w\s]+",
    r"[^\p{L}]+",
    r"(?<=\p{Lu})(?=\p{Ll})|[eE]",
    r"(?i)THE|of",
    r"\b",
    "[一-龥]",
    r"e",
]
BEHAVIOURS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


class RandomTokenizer:
    """Draws a tokenizer.json; every part is one that a published file may have."""

    def __init__(self, seed, base):
        self.draw = random.Random(seed)
        self.base = base

    def flag(self, chance=0.5):
        return self.draw.random() < chance

    def pattern(self):
        if self.flag(0.4):
            return {"String": self.draw.choice([" ", "e", "the", MARK, "  ", "\n", "é", "中", "'", "."])}
        return {"Regex": self.draw.choice(PATTERNS)}

    def sequence(self, kind, key, make, most):
        return {"type": kind, key: [make() for _ in range(self.draw.randint(0, most))]}

    def normalizer(self, depth=0):
        kinds = "NFC NFD NFKC NFKD Nmt Lowercase StripAccents Strip Replace Prepend Precompiled Sequence".split()
        kind = self.draw.choice(kinds[: 12 if depth < 2 else 11])
        if kind == "Sequence":
            return self.sequence(kind, "normalizers", lambda: self.normalizer(depth + 1), 3)
        extra = {}
        if kind == "Strip":
            extra = {"strip_left": self.flag(), "strip_right": self.flag()}
        if kind == "Replace":
            extra = {"pattern": self.pattern(), "content": self.draw.choice(["", " ", MARK, "x", "<s>", "é中"])}
        if kind == "Prepend":
            extra = {"prepend": self.draw.choice([MARK, " ", "the ", "é"])}
        if kind == "Precompiled":
            extra = {"precompiled_charsmap": self.base["charsmap"]}
        return {"type": kind, **extra}

    def metaspace(self):
        scheme = self.draw.choice(["first", "always", "never"])
        result = {"type": "Metaspace", "replacement": self.draw.choice([MARK, MARK, MARK, "_"])}
        if self.flag(0.7):
            return {**result, "prepend_scheme": scheme, "split": self.flag()}
        return {**result, "add_prefix_space": True}

    def pre_tokenizer(self, depth=0):
        kinds = (
            "Metaspace ByteLevel Split Split Digits Punctuation Whitespace WhitespaceSplit CharDelimiterSplit Sequence"
        ).split()
        kind = self.draw.choice(kinds[: 10 if depth < 2 else 9])
        if kind == "Metaspace":
            return self.metaspace()
        if kind == "Sequence":
            return self.sequence(kind, "pretokenizers", lambda: self.pre_tokenizer(depth + 1), 3)
        extra = {}
        if kind == "ByteLevel":
            extra = {"add_prefix_space": self.flag(), "trim_offsets": self.flag(), "use_regex": self.flag()}
        if kind == "Split":
            extra = {"pattern": self.pattern(), "behavior": self.draw.choice(BEHAVIOURS), "invert": self.flag(0.3)}
        if kind == "Digits":
            extra = {"individual_digits": self.flag()}
        if kind == "Punctuation":
            extra = {"behavior": self.draw.choice(BEHAVIOURS)}
        if kind == "CharDelimiterSplit":
            extra = {"delimiter": self.draw.choice([" ", "e", MARK, "中"])}
        return {"type": kind, **extra}

    def decoder(self, depth=0):
        kinds = "ByteLevel Metaspace ByteFallback Fuse Replace Strip BPEDecoder Sequence Sequence".split()
        kind = self.draw.choice(kinds[: 9 if depth < 2 else 7])
        if kind == "Metaspace":
            return self.metaspace()
        if kind == "Sequence":
            return self.sequence(kind, "decoders", lambda: self.decoder(depth + 1), 4)
        extra = {}
        if kind == "ByteLevel":
            extra = {"add_prefix_space": True, "trim_offsets": True, "use_regex": True}
        if kind == "Replace":
            extra = {"pattern": self.pattern(), "content": self.draw.choice(["", " ", "x"])}
        if kind == "Strip":
            extra = {"content": self.draw.choice([" ", MARK, "e"]), "start": self.draw.randint(0, 2)}
            extra["stop"] = self.draw.choice([0, 0, 1])
        if kind == "BPEDecoder":
            extra = {"suffix": self.draw.choice(["</w>", "e"])}
        return {"type": kind, **extra}

    def model(self):
        model = json.loads(json.dumps(self.draw.choice(self.base["models"])))
        model["byte_fallback"] = self.flag()
        if model["type"] == "Unigram":
            return model
        model["fuse_unk"] = self.flag()
        model["ignore_merges"] = self.flag(0.3)
        model["unk_token"] = self.draw.choice([None, "<unk>"])
        return model

    def added_tokens(self, model):
        size = len(model["vocab"])
        known = {entry[0] for entry in model["vocab"]} if model["type"] == "Unigram" else set(model["vocab"])
        contents = ["<s>", "</s>", "<unk>", "<tool>", "[MASK]", "word", "Ünï", " x", "the", "ﬁ", "a b", "中", "<s", "é"]
        tokens = []
        for content in self.draw.sample(contents, self.draw.randint(0, 8)):
            if content in known:
                vocabulary = model["vocab"]
                pieces = {} if isinstance(vocabulary, dict) else {piece[0]: i for i, piece in enumerate(vocabulary)}
                number = (pieces or vocabulary)[content]
            else:
                number, size = size, size + 1
            flags = {name: self.flag(0.3) for name in ("lstrip", "rstrip", "single_word", "special")}
            tokens.append({"id": number, "content": content, "normalized": self.flag(), **flags})
        return sorted(tokens, key=lambda token: token["id"])

    def post_processor(self, tokens):
        if not tokens or self.flag(0.4):
            return None
        token, other = self.draw.choice(tokens), self.draw.choice(tokens)
        special = {t["content"]: {"id": t["content"], "ids": [t["id"]], "tokens": [t["content"]]} for t in (token, other)}
        around = [{"SpecialToken": {"id": t["content"], "type_id": 0}} for t in (token, other)]
        text = {"Sequence": {"id": "A", "type_id": 0}}
        single = [around[0], text, around[1]][self.draw.randint(0, 1) : self.draw.randint(2, 3)]
        pair = [text, {"Sequence": {"id": "B", "type_id": 1}}]
        template = {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": special}
        kind = self.draw.randint(0, 3)
        if kind == 0:
            bytes_ = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
            return {"type": "Sequence", "processors": [bytes_, template]}
        if kind == 1:
            ends = {"sep": [token["content"], token["id"]], "cls": [other["content"], other["id"]]}
            return {"type": "RobertaProcessing", "trim_offsets": True, "add_prefix_space": True, **ends}
        return template

    def make(self):
        model = self.model()
        tokens = self.added_tokens(model)
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": tokens,
            "normalizer": self.normalizer() if self.flag(0.7) else None,
            "pre_tokenizer": self.pre_tokenizer() if self.flag(0.8) else None,
            "post_processor": self.post_processor(tokens),
            "decoder": self.decoder() if self.flag(0.8) else None,
            "model": model,
        }


def random_base():
    """Small models, and the character map of SentencePiece, that random tokenizers are made of."""
    from transformers.convert_slow_tokenizer import import_protobuf

    read = import_protobuf().ModelProto.FromString(sentencepiece_model("unigram", vocab_size=500))
    bpe = byte_level(GPT2)
    words = Tokenizer(models.BPE(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    common = sorted({c for word in WORDS + OTHERS[:6] for c in word} | {MARK, ".", "'"})
    trainer = trainers.BpeTrainer(
        vocab_size=1000,
        special_tokens=["<unk>", "<s>", "</s>", *bytes_],
        initial_alphabet=common,
        limit_alphabet=len(common),
        show_progress=False,
    )
    words.train_from_iterator(corpus(), trainer)
    pieces = [[piece.piece, piece.score] for piece in read.pieces] + [[byte, -15.0] for byte in bytes_]
    return {
        "charsmap": base64.b64encode(read.normalizer_spec.precompiled_charsmap).decode(),
        "models": [
            json.loads(bpe.to_str())["model"],
            json.loads(words.to_str())["model"],
            {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False},
        ],
    }


def make_random(folder: pathlib.Path, seed, base):
    write_json(folder / "tokenizer.json", RandomTokenizer(seed, base).make())
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": None})
