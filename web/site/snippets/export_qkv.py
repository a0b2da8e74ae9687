"""Queries, keys and values of every layer of a Hugging Face model, as safetensors for attnlab.

pip install torch transformers safetensors
python export_qkv.py MODEL "Some text." qkv.safetensors      # MODEL: a name on the hub, or a folder
"""
import json, sys
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

name, text, file = sys.argv[1:4]
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModel.from_pretrained(name, attn_implementation="sdpa").eval()
attention, tensors = torch.nn.functional.scaled_dot_product_attention, {}

def keep(query, key, value, *args, **options):
    # What attention itself receives, [1, heads, n, d]: after rotary positions, before the scale.
    # Grouped-query models may have fewer heads in k and v: then say groupedHeads: true in attnlab.
    layer = len(tensors) // 3
    for letter, x in (("q", query), ("k", key), ("v", value)):
        tensors[f"layer{layer}.{letter}"] = x[0].half().clone(memory_format=torch.contiguous_format)
    return attention(query, key, value, *args, **options)

torch.nn.functional.scaled_dot_product_attention = keep
ids = tokenizer(text, return_tensors="pt", return_token_type_ids=False)
with torch.no_grad():
    model(**ids)
tokens = [tokenizer.decode([i]) for i in ids["input_ids"][0].tolist()]
save_file(tensors, file, metadata={"model": name, "tokens": json.dumps(tokens, ensure_ascii=False)})
