"""Stands between a client and the server, and writes each message down as a line of JSON: in which session,
who sent it, and what."""

import json
import os
import subprocess
import sys
import threading

LOCK = threading.Lock()


def relay(source, target, who, log):
    """Passes bytes on from one descriptor to another, and logs each message once it is complete."""
    held = b""
    while chunk := os.read(source, 65536):
        held += chunk
        while (end := held.find(b"\r\n\r\n")) >= 0:
            headers = held[:end].decode("ascii").split("\r\n")
            length = next(int(h.split(":")[1]) for h in headers if h.lower().startswith("content-length"))
            if len(held) < end + 4 + length:
                break
            message = json.loads(held[end + 4 : end + 4 + length])
            held = held[end + 4 + length :]
            with LOCK:
                log.write(json.dumps({"session": os.getpid(), "from": who, "message": message}) + "\n")
                log.flush()
        # Written down first, so that no answer stands before its question.
        while chunk:
            chunk = chunk[os.write(target, chunk) :]
    os.close(target)


def main():
    server = subprocess.Popen([os.environ["QUELL_LSP_BIN"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    with open(os.environ["QUELL_LSP_LOG"], "a", encoding="utf-8") as log:
        inward = threading.Thread(target=relay, args=(sys.stdin.fileno(), server.stdin.fileno(), "client", log), daemon=True)
        inward.start()
        relay(server.stdout.fileno(), sys.stdout.fileno(), "server", log)
    os._exit(server.wait())


main()
