"""Events to compare verdicts on: the examples, changed in ways that are the same on every run."""

import copy
import glob
import json
import os
import random

ODD = [
    None, True, False, 0, -0.0, 5, 7, 12.0, 12.5, 2.5, 2.50, 1e3, 1e22, 0.00001, 0.000012, 1.5e-7, -5.5, -7, 999.999,
    9007199254740992, 9007199254740993, 18446744073709551615, -9223372036854775808, "007", "+5", "-0", "00", "2.5",
    "1e400", "-inf", ".5", "5.", "1_0", "9007199254740993", "12345678901234567890123456789", "", [], {}, [[]], [7, [7.5, "x"]],
    "it's 100% \"so\" \\ ${HOME} _!", "größer", "GRÖSSER", "two\nlines", "two\nlines\n", "_!", "true",
]
ADDRESSES = [
    "10.1.2.3", "10.01.2.3", "11.1.2.3", "192.168.1.1", "192.168.1.2", "256.1.1.1", "10.1.2", "fd00::1", "FD00::1", "fe80::1", "::",
    "::1", "1::", "::ffff:1.2.3.4", "::ffff:102:304", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8:9", "1::2::3",
    "fd00:0:0:0:0:0:10.0.0.1", "2001:db8::1", "2001:db8:::1", "fd00::1%eth0", "fd00::1/8", ":1", "1:", "10.1.2.3\n", "",
]
TAGS = [
    "env:prod", "env:dev", "env:prod ", "  env:prod", "\u2003env:prod\u00a0", "env: prod", "Env:prod", "bare", "image_name:a:b", "host:web-01",
    "host:web-1", "kube_service:vault", "kube_service:a_b", "team_size:7", "team_size:5", "team_size:5.5", "team_size:x", ":x", "env:",
    "kube_service:",
]
RULES = ["def-000-krp", "def-000-9x2", "oqn-z2v-zb0", "def-000-r4c"]


def examples(folder):
    """The example events, a line each."""
    lines = []
    for path in sorted(glob.glob(os.path.join(folder, "*.ndjson"))):
        with open(path, encoding="utf-8") as file:
            lines += file.read().splitlines()
    return lines


def places(value, found, path=()):
    """Where an event has a value, objects and lists included."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found.append((*path, key))
        if isinstance(inner, (dict, list)):
            places(inner, found, (*path, key))
    return found


def parent(value, path):
    """What holds the value at a path; nothing where there is no such path."""
    for step in path[:-1]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value if isinstance(value, dict) else None


def event_in(line):
    """The event that a line holds or wraps."""
    for way in (("attributes", "custom"), ("attributes", "attributes"), ("custom",)):
        inner = line
        for step in way:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            return inner
    return line


def swap(draw, event, others):
    """A value from another event, at the same path."""
    other = event_in(draw.choice(others))
    path = draw.choice(places(other, []))
    holder, source = parent(event, path), parent(other, path)
    if holder is not None and source is not None and path[-1] in source:
        holder[path[-1]] = copy.deepcopy(source[path[-1]])


def remove(draw, event, _):
    path = draw.choice(places(event, []) or [("x",)])
    holder = parent(event, path)
    if holder is not None:
        holder.pop(path[-1], None)


def odd(draw, event, _):
    """A value of a kind that is not expected there."""
    path = draw.choice(places(event, []) or [("x",)])
    holder = parent(event, path)
    if holder is not None:
        holder[path[-1]] = copy.deepcopy(draw.choice(ODD))


def several(draw, event, _):
    """A list in the place of a value."""
    path = draw.choice(places(event, []) or [("x",)])
    holder = parent(event, path)
    if holder is not None and path[-1] in holder:
        holder[path[-1]] = [copy.deepcopy(draw.choice(ODD)), holder[path[-1]], [holder[path[-1]]]]


def dot(draw, event, _):
    """Two names in one, with a dot between them."""
    path = draw.choice(places(event, []) or [("x",)])
    holder = parent(event, path)
    inner = holder.get(path[-1]) if holder is not None else None
    if isinstance(inner, dict) and inner and isinstance(path[-1], str):
        key = draw.choice(list(inner))
        moved = inner.pop(key) if draw.random() < 0.5 else copy.deepcopy(inner[key])
        holder[f"{path[-1]}.{key}"] = moved


def corner(draw, event, _):
    """What the corner rules ask for."""
    choice = draw.randrange(5)
    if choice == 0:
        event["custom"] = {"n": draw.choice(ODD), "level": draw.choice(ODD), "note": draw.choice(ODD + ADDRESSES)}
    elif choice == 1:
        event["network"] = {"destination": {"ip": draw.choice(ADDRESSES)}}
    elif choice == 2:
        event["custom"] = draw.choice(
            [{"a": {"b": {"c": "x"}}}, {"a.b": {"c": "x"}}, {"a": {"b.c": "x"}}, {"a.b.c": ["x"]}, {"a": [{"b": [{"c": ["y", "x"]}]}]}]
        )
    elif choice == 3 and isinstance(event.get("process"), dict):
        event["process"][draw.choice(["uid", "gid", "pid"])] = draw.choice(ODD)
    else:
        event["tags"] = draw.sample(TAGS, 3) + [5, None]


def wrap(draw, event):
    """The event as a signal, a log, or in more wrappers than that."""
    tags = draw.sample(TAGS, draw.randrange(4))
    rule = draw.choice(RULES)
    named = draw.choice(
        [{"workflow": {"rule": {"id": rule, "name": "a shell starts"}}}, {"rule": {"id": rule}}, {"rule_id": rule}, {"ruleId": [rule]},
         {"workflow.rule.id": rule}, {"workflow": {"rule": {"name": "a shell"}}}, {}]
    )
    logged = {field: draw.choice(["web-01", "error", 5, "a_b"]) for field in ("host", "status", "source") if draw.random() < 0.3}
    shape = draw.randrange(7)
    if shape < 3:
        return event
    if shape == 3:
        return {"type": "signal", "id": "1", **logged, "attributes": {**named, "custom": event, "tags": tags}}
    if shape == 4:
        return {"id": "1", "attributes": {**logged, "attributes": {**named, **event}, "ddtags": ", ".join(tags)}}
    if shape == 5:
        return {**logged, "tags": ",".join(tags), "custom": event, **named}
    return {"attributes": {"custom": {"attributes": {"custom": {**named, "custom": event}}}, "process": 5}, "tags": tags}


def changed(folder, count):
    """As many lines as asked for: the examples, then changed ones, and some that are no events."""
    lines = examples(folder)
    values = [json.loads(line) for line in lines]
    draw = random.Random(20261124)
    ways = [swap, swap, swap, remove, odd, several, dot, corner, corner]
    lines += ["", "{", "[]", "5", "null", '"x"', "{}", '{"process":{}}', '{"process":{"uid":1e3}}', '{"custom":{"custom":{}}}']
    while len(lines) < count:
        line = copy.deepcopy(draw.choice(values))
        if draw.random() < 0.5:
            line = copy.deepcopy(event_in(line))
        for _ in range(draw.randrange(1, 5)):
            draw.choice(ways)(draw, event_in(line), values)
        lines.append(json.dumps(wrap(draw, line), ensure_ascii=draw.random() < 0.5))
    return lines
