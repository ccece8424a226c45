"""Prints scalars.json: how the YAML writer of DVC 3.67.1 (ruamel.yaml 0.19.1) prints texts as `outs: [{path: TEXT}]`.

Run with DVC's own Python: python make-scalars.py > scalars.json
"""
import json
import random
import sys

from dvc.utils.serialize import dumps_yaml, loads_yaml

words = " ".join(f"word{n}" for n in range(30))
long = "a" * 90
odd = """yes|no|on|off|y|n|true|True|TRUE|tRue|false|null|Null|NULL|nULL|~|~x|<<|<<x|=|==|.|..|...|....|-|--|---|--- x|----|- x|-x|?|? x|?x|:|: x|:x|a:|a:b|a: b|a #b|a#b|#a
123|0|00|012|0o7|0o8|0x1F|0xg|0b1|0b2|1_000|_1|-_|+1|-1|+|1e3|1e|1E+5|1.5|1.|.5|5.e3|-.5|.inf|-.Inf|.INF|.iNF|.nan|.NaN|+.nan|12:30|2020-01-01|2020-1-1|2020-01-01 10:00:00|2020-01-01T10:00:00Z|2020-01-01x
[l]|{m}|a[b]|a{b}|,a|a,b|&a|*s|!b|!|>g|%p|@at|`t|'q'|"dq"|it's|say "x"|both ' and "|x'|x"| lead|trail |in  side|tab\tx|\ttab|new\nline|cr\rx|nul\0|bel\x07|esc\x1b|del\x7f|bs\\x|c:\\d
é.csv|e\u0301.csv|日本.txt|😀|\ue000|\ufffd|\u00a0x|\u200b|\ufeffx|x\ufeff|\u0080|\u00ff""".replace("\n", "|")
texts = odd.split("|") + ["", " ", "|", "|p", "a|b", words, f"#{words}", f"it's {words}", f"a: it's {words}", f"tab\t{words}", long, f"x {long}", f"{long} {long}", f"#{long} {long}", f"\t{long} {long}", "😀" * 90, "😀 " * 50 + "x", "\n".join(words.split())]
atoms = ["a", "word", "x y", " ", " ", ": ", " #", "-", "'", '"', "\\", "\n", "\t", "é", "😀", "1", "e3", ".", "{", "]", ",", "&", "%", "\x7f", "\x01", "\ufeff", "longlonglonglongword"]
random.seed(20240102)
texts += ["".join(random.choice(atoms) for _ in range(random.randint(2, 60))) for _ in range(150)]

cases = []
for text in dict.fromkeys(texts):
    printed = dumps_yaml({"outs": [{"path": text}]})
    # Some of what it folds does not read back as what was given; nobody should print that.
    if loads_yaml(printed) == {"outs": [{"path": text}]}:
        cases.append([text, printed])
sys.stdout.write("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
