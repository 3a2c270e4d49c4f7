"""Holds every message of a log to the protocol's meta model.

usage: check_messages.py META_MODEL LOG

Not known to the model, and so passed over: methods that begin with `$/`.
"""

import json
import sys


class Model:
    """The meta model: its structures with all that they inherit, enumerations, aliases and methods."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            model = json.load(file)
        self.structures = {one["name"]: one for one in model["structures"]}
        self.enumerations = {one["name"]: one for one in model["enumerations"]}
        self.aliases = {one["name"]: one["type"] for one in model["typeAliases"]}
        self.requests = {one["method"]: one for one in model["requests"]}
        self.notifications = {one["method"]: one for one in model["notifications"]}

    def properties(self, name):
        structure = self.structures[name]
        found = {}
        for parent in structure.get("extends", []) + structure.get("mixins", []):
            found.update(self.properties(parent["name"]))
        found.update({one["name"]: one for one in structure["properties"]})
        return found

    def faults(self, kind, value, where):
        """What is wrong with a value, as lines; none where it is of the type."""
        return getattr(self, "faults_" + kind["kind"])(kind, value, where)

    def faults_base(self, kind, value, where):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        whole = number and float(value).is_integer()
        text = ("string", "URI", "DocumentUri", "RegExp")
        good = {
            "integer": whole and -(2**31) <= value < 2**31,
            "uinteger": whole and 0 <= value < 2**31,
            "decimal": number,
            "boolean": isinstance(value, bool),
            "null": value is None,
        }.get(kind["name"], isinstance(value, str) and kind["name"] in text)
        return [] if good else [f"{where}: {value!r} is no {kind['name']}"]

    def faults_reference(self, kind, value, where):
        name = kind["name"]
        if name in ("LSPAny", "LSPObject", "LSPArray"):
            return []
        if name in self.structures:
            return self.members(self.properties(name), value, where)
        if name in self.aliases:
            return self.faults(self.aliases[name], value, where)
        enumeration = self.enumerations[name]
        if any(one["value"] == value for one in enumeration["values"]):
            return []
        if enumeration.get("supportsCustomValues"):
            return self.faults_base(enumeration["type"], value, where)
        return [f"{where}: {value!r} is not in {name}"]

    def members(self, properties, value, where):
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no object"]
        faults = [f"{where}: `{name}` is not known" for name in value if name not in properties]
        for name, one in properties.items():
            if name in value:
                faults += self.faults(one["type"], value[name], f"{where}.{name}")
            elif not one.get("optional"):
                faults.append(f"{where}: `{name}` is missing")
        return faults

    def faults_literal(self, kind, value, where):
        return self.members({one["name"]: one for one in kind["value"]["properties"]}, value, where)

    def faults_array(self, kind, value, where):
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [fault for at, one in enumerate(value) for fault in self.faults(kind["element"], one, f"{where}[{at}]")]

    def faults_tuple(self, kind, value, where):
        if not isinstance(value, list) or len(value) != len(kind["items"]):
            return [f"{where}: {value!r} is no list of {len(kind['items'])}"]
        return [f for at, (one, of) in enumerate(zip(value, kind["items"])) for f in self.faults(of, one, f"{where}[{at}]")]

    def faults_map(self, kind, value, where):
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no map"]
        return [fault for key, one in value.items() for fault in self.faults(kind["value"], one, f"{where}.{key}")]

    def faults_or(self, kind, value, where):
        return min((self.faults(one, value, where) for one in kind["items"]), key=len)

    def faults_and(self, kind, value, where):
        properties = {}
        for one in kind["items"]:
            properties.update(self.properties(one["name"]))
        return self.members(properties, value, where)

    def faults_stringLiteral(self, kind, value, where):
        return [] if value == kind["value"] else [f"{where}: {value!r} is not {kind['value']!r}"]

    faults_integerLiteral = faults_booleanLiteral = faults_stringLiteral


def check(model, log):
    """The faults of what the server sent; what it was asked is only looked at to know what it answers."""
    faults, sent, asked = [], 0, {}
    for line in log:
        entry = json.loads(line)
        session, who, message = entry["session"], entry["from"], entry["message"]
        method = message.get("method")
        if who == "client":
            if method is not None and "id" in message:
                asked[session, message["id"]] = method
            continue
        sent += 1
        if method is None:
            question = asked.pop((session, message["id"]), None)
            if question is None:
                faults.append(f"an answer to {message['id']!r}, which was not asked")
            elif "error" not in message and question in model.requests:
                faults += model.faults(model.requests[question]["result"], message.get("result"), question + ".result")
        elif not method.startswith("$/"):
            known = (model.requests if "id" in message else model.notifications).get(method)
            if known is None or known["messageDirection"] == "clientToServer":
                faults.append(f"{method} is not for a server to send")
            elif "params" in known:
                faults += model.faults(known["params"], message.get("params"), method + ".params")
    faults += [f"{method} was never answered" for method in asked.values()]
    return sent, faults


def main():
    model = Model(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as log:
        sent, faults = check(model, log)
    for fault in faults:
        print(fault)
    print(f"{sent} messages of the server, {len(faults)} faults")
    sys.exit(1 if faults or sent == 0 else 0)


main()
