# SPDX-License-Identifier: Apache-2.0
"""Makes a recorded forward pass of a small decoder-only model with random weights, as transformers computes it.

    make_forward_folder.py FOLDER [FAMILY] [SETTINGS] [--max-new-tokens N] [--width N] [--prompt-width N] [--seed N]

FAMILY is llama, mistral, qwen2 or qwen3; SETTINGS is a JSON object laid over a small config.json, for example
'{"head_dim": 24, "rope_scaling": {"rope_type": "yarn", "factor": 4.0}}'. What comes out is what
`jumplora verify forward FOLDER` reads (format jumplora-golden-forward/1).
"""
import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

SMALL = {
    "vocab_size": 96,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.3,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


def make_model(family, settings, seed):
    torch.manual_seed(seed)
    config = AutoConfig.for_model(family, **{**SMALL, **settings})
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    with torch.no_grad():
        # Norms and biases that are not at their start values, so that they show.
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.uniform_(0.5, 1.5)
            elif name.endswith("bias"):
                weight.normal_(0, 0.5)
    return model.float().eval()


def make_batch(vocabulary, width, rows=3):
    """Rows of different lengths, padded on the right; the end of each row carries labels."""
    ids = torch.randint(3, vocabulary, (rows, width))
    mask = torch.ones_like(ids)
    labels = torch.full_like(ids, -100)
    for row in range(rows):
        length = width - row * (width // (rows + 1))
        mask[row, length:] = 0
        ids[row, length:] = 0
        first = length - max(2, length // 4)
        labels[row, first:length] = ids[row, first:length]
    return ids, mask, labels


def make_prompts(vocabulary, width, rows=3):
    """Rows of different lengths, padded on the left."""
    ids = torch.randint(3, vocabulary, (rows, width))
    mask = torch.ones_like(ids)
    for row in range(rows):
        padding = row * (width // (rows + 1))
        mask[row, :padding] = 0
        ids[row, :padding] = 0
    return ids, mask


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("family", nargs="?", default="llama")
    parser.add_argument("settings", nargs="?", default="{}", type=json.loads)
    parser.add_argument("--max-new-tokens", type=int, default=16)
    parser.add_argument("--width", type=int, default=40)
    parser.add_argument("--prompt-width", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    model = make_model(options.family, options.settings, options.seed)
    vocabulary = model.config.vocab_size
    ids, mask, labels = make_batch(vocabulary, options.width)
    prompts, prompt_mask = make_prompts(vocabulary, options.prompt_width)
    # First, so that nothing a forward pass leaves behind in the model (angles of dynamic rope) reaches it.
    with torch.no_grad():
        answers = model.generate(
            input_ids=prompts,
            attention_mask=prompt_mask,
            max_new_tokens=options.max_new_tokens,
            do_sample=False,
            pad_token_id=0,
        )[:, options.prompt_width :]
    output = model(input_ids=ids, attention_mask=mask, labels=labels)
    output.loss.backward()

    tensors = {
        "input_ids": ids,
        "attention_mask": mask,
        "labels": labels,
        "logits": output.logits.detach(),
        "loss": output.loss.detach().reshape(1),
        "prompt_ids": prompts,
        "prompt_mask": prompt_mask,
        "greedy_ids": answers,
    }
    for name, weight in model.named_parameters():
        tensors["grad/" + name] = weight.grad
    options.folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(options.folder)
    save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()},
        options.folder / "golden.safetensors",
        metadata={
            "format": "jumplora-golden-forward/1",
            "kind": "decoder-only",
            "max_new_tokens": str(options.max_new_tokens),
        },
    )


if __name__ == "__main__":
    main()
