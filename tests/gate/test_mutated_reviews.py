"""Reviews with anything anywhere: each is answered or refused as no review, and no rule crashes."""

import copy
import json
import random
import time
from typing import Any

import pytest
import yaml
from random_meshes import POOL
from small_mesh import SHOP, gate, review, snapshot

from meshctl.errors import MeshctlError
from meshctl.gate.policy import is_read
from meshctl.gate.review import read_review, write_answer

LONGEST = 3.0
"""Seconds that an API server waits; a processor's, whatever else the machine does."""
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 1.5, "", " ", "*", "**", ".", "..", "/", "\x00", "\ud800", "\u202ecart",
    "x" * 3_000, "a." * 200, "cart", "istio-system", "80", "1e9s", "-1s", "100%", "${X}", "{{ x }}", "[", "(a+)+$",
    [], [None], [[]], [{}], ["cart", 7], {}, {"": ""}, {"name": None}, {"a": {"b": []}}, [{"name": []}] * 3,
)  # fmt: skip


def mutated(value: Any, chance: random.Random) -> Any:
    """Put something odd in the place of one or a few of its parts."""
    made = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        places = list(holders(made))
        if not places:
            break
        holder, key = chance.choice(places)
        match chance.randrange(4):
            case 0 if isinstance(holder, dict):
                holder[chance.choice((*ODD[13:22], "name", "host", "spec"))] = holder.pop(key)
            case 1:
                del holder[key]
            case 2 if isinstance(holder, list):
                holder += [copy.deepcopy(holder[key])] * chance.choice((1, 50))
            case _:
                holder[key] = copy.deepcopy(chance.choice(ODD))
    return made


def holders(value: Any) -> Any:
    """Walk the places of all parts: what holds them, and the key or index there."""
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list) and value[key]:
            yield from holders(value[key])


def reviews(chance: random.Random, number: int) -> Any:
    """Walk requests to make, change or delete objects of the cases of rules, with something odd."""
    pool = [one for objects in POOL for one in objects]
    while number:
        one = chance.choice(pool)
        group, _, _ = one["apiVersion"].rpartition("/")
        if not is_read(group, one["kind"]):
            continue
        text = yaml.safe_dump(one)
        after, before = chance.choice(((text, None), (text, text), (None, text)))
        yield mutated(review(after, before), chance)
        number -= 1


@pytest.mark.parametrize("seed", range(3))
def test_each_is_answered_and_no_rule_crashes(seed: int) -> None:
    chance = random.Random(seed)
    judging = gate(snapshot(SHOP))
    answered = 0
    for body in reviews(chance, 200):
        began = time.process_time()
        sent = json.loads(json.dumps(body))
        try:
            asked = read_review(sent)
        except MeshctlError:
            continue
        decision = judging.decide(asked)
        json.dumps(write_answer(asked, decision.answer))
        assert "crashed" not in decision.reason, json.dumps(sent)
        assert time.process_time() - began < LONGEST, json.dumps(sent)[:2_000]
        answered += 1
    assert answered > 100
