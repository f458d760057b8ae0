# SPDX-License-Identifier: Apache-2.0
"""Texts that tokenizers disagree about, and a made-up corpus to train small tokenizers on."""
import random

WORDS = (
    "the of and to in is that it was for on are as with his they at be this from have or by one had not but what all "
    "were when we there can an your which their said if do will each about how up out them then she many some so these "
    "would other into has more her two like him see time could no make than first been its who now people my made over "
    "did down only way find use may water long little very after words called just where most know"
).split()
OTHERS = (
    "naïve café Ünïcödé straße ÆØÅ ğüşiöç Ελληνικά γλώσσα русский язык Україна עברית שלום العربية مرحبا हिन्दी नमस्ते ไทย "
    "สวัสดี 中文 漢字 你好世界 日本語 こんにちは カタカナ 한국어 안녕하세요 tiếng Việt"
).split()
CODE = ["def f(x):", "    return x + 1", "if (a != b) { c++; }", "<br/>", "x = [1, 2.5, -3e10]", "C:\\temp", "a_b__c"]


def corpus(lines=2000, seed=1):
    draw = random.Random(seed)
    for _ in range(lines):
        kind = draw.random()
        if kind < 0.1:
            yield draw.choice(CODE)
            continue
        words = [draw.choice(OTHERS if draw.random() < 0.25 else WORDS) for _ in range(draw.randint(3, 14))]
        for i, word in enumerate(words):
            chance = draw.random()
            if chance < 0.1:
                words[i] = word.capitalize()
            elif chance < 0.14:
                words[i] = word + draw.choice(["'s", "n't", "'re", "'ll", "'D"])
            elif chance < 0.2:
                words[i] = str(draw.randint(0, 99999))
            elif chance < 0.23:
                words[i] = word + draw.choice(",.;:!?")
        yield " ".join(words) + draw.choice(["", ".", "!", "?", "\n"])


FIXED = [
    "",
    " ",
    "  ",
    "   leading and trailing   ",
    "\t\ttabs\tand\n\n\nlines\r\n\r\nand \r alone\v\f",
    "a\u00a0b\u2003c\u3000d\u200be\u2028f\u2029g\u0085h\u1680i\u180ej",
    "hello world",
    "Hello, World! It's 3 o'clock; we'll see, they'RE, I'M, DON'T, ſ 'ſ K",
    "1234567890 12 345 6789 1,234.56 ½ ² ٣٤٥ ४५ Ⅷ 一二三 𝟘𝟙𝟚",
    "    def f(x):\n        return x  # done\n\n\n",
    "a" * 300,
    "ab" * 200,
    "the" * 150,
    "=" * 100 + " " * 77 + "-" * 33 + "\n" * 9 + " \n \n",
    "😀😃😄 👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷🇩 ❤️ ☎︎ 1️⃣ 🧑🏿‍🚀‍",
    "שלום עולם، مرحبا بالعالم \u202eright to left\u202c \u2066x\u2069 ‏‎",
    "e\u0301 e\u0300\u0323 \u0301start Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢ \u0f71\u0f72\u0f74 q\u0307\u0323",
    "café cafe\u0301 ﬁ ﬃ ㎏ ① Å \u212b Ω \u2126 ｆｕｌｌ　ｗｉｄｔｈ ｶﾞｷﾞ ㍿ ﷺ",
    "中文漢字と日本語のテキスト、한국어 텍스트 ᄒ\u1161ᆫ ไทยไม่มีช่องว่าง ខ្មែរ မြန်မာ",
    "\x00\x01\x02\x07\x08\x1b[31m\x7f\x80\x9f\ufeff\ufffe\uffff\ufffd\U0010ffff\ue000\U000f0000",
    "\u00ad\u034f\u200c\u200d\u2060\u2061\ufe0e\ufe0f\U000e0001\U000e0061",
    "İstanbul ıI ẞß ǅ Σας ΌΣΟΣ ŉ ﬀ \u0345",
    "▁▁under▁ ▁score▁▁ _ __ Ġ Ċ ĉ Â¡ âĢ",
    "<s> </s> <unk> <pad> <s></s><unk> <|endoftext|> <|im_start|>user\n<|im_end|> [MASK]",
    " <s>  </s>\n<unk>\t<pad>x<s>y </ s> < s> <S> <<s>> <|endoftext|",
    "<extra_id_0><extra_id_1> <extra_id_99> <extra_id_100> x<extra_id_0>y",
    "<0x41><0x0A> <0xE4><0xBD><0xA0> <0xFF> <0xZZ>",
    "\U00020000\U0002a6df𠮷野家 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🜁 𐍈 \U0001f9ff",
    "C:\\path\\to http://example.com/a?b=c&d=%20#e user@host.org $100 €5 £3 50% 3×4≠13 ∑∫√",
    "''s 's's 't 'll 've 're 'd 'm \u2019s \u2018quoted\u2019 “double” «guillemets»",
    "new\nline s\n\n t\n \n u \r\n v\n",
    "mixed中文English日本語русскийעברית",
    "..., !!! ?!?! --- ... … —– ·•",
]


def noise(count, seed, special=()):
    """Random texts: words, characters of all planes, spaces, and the tokens in `special` in between."""
    draw = random.Random(seed)
    spaces = [" ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", " \n", "   "]
    fragments = [part for text in FIXED for part in text.split() if len(part) < 40]

    def point():
        while True:
            code = draw.choice([0x80, 0x800, 0x3000, 0x10000, 0x20000, 0x110000])
            code = draw.randrange(code)
            if not 0xD800 <= code < 0xE000:
                return chr(code)

    def part():
        kind = draw.random()
        if kind < 0.3:
            return draw.choice(WORDS)
        if kind < 0.4:
            return draw.choice(OTHERS)
        if kind < 0.5:
            return draw.choice(fragments)
        if kind < 0.65 and special:
            return draw.choice(special)
        if kind < 0.75:
            return "".join(point() for _ in range(draw.randint(1, 4)))
        if kind < 0.85:
            return draw.choice("'\"!?.,;:-_()[]{}<>/\\|@#$%^&*+=~`0123456789▁") * draw.randint(1, 3)
        return draw.choice(spaces)

    for _ in range(count):
        yield "".join(part() + (draw.choice(spaces) if draw.random() < 0.5 else "") for _ in range(draw.randint(1, 9)))
