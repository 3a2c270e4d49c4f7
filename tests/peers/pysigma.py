"""Converts the Sigma rules of each JSON file named on standard input; prints how many, and the seconds it took."""

import json
import sys
import time

from sigma.backends.elasticsearch import LuceneBackend
from sigma.collection import SigmaCollection

backend = LuceneBackend()
for line in sys.stdin:
    with open(line.strip(), encoding="utf-8") as file:
        documents = json.load(file)
    start = time.perf_counter()
    converted = 0
    for document in documents:
        converted += len(backend.convert(SigmaCollection.from_yaml(document)))
    print(converted, time.perf_counter() - start, flush=True)
