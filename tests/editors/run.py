#!/usr/bin/env python3
"""The real editors, with the real server: what somebody does in a `.quell` file, and what they see.

usage: run.py [NAME…]   one or more of: neovim vscode emacs pre-commit; all if left out

Installs what it needs into .cache/editors (see install.sh), builds the binaries, and writes the pictures of the README.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("QUELL_EDITORS_CACHE", ROOT / ".cache/editors"))
BINARIES = pathlib.Path(os.environ.get("QUELL_BINARIES", ""))
PICTURES = ROOT / "editors/pictures"

WARNED = "@process.executable.path:/tmp/render-8f3a2c91/bin/render"
FIXED = "    @process.executable.path:/tmp/render-*/bin/render"
RENAMED = "let front-hosts = (web-1 OR web-2)"


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def binaries():
    """The folder of `quell` and `quell-lsp`, built if the environment does not name one."""
    if os.environ.get("QUELL_BINARIES"):
        return BINARIES.resolve()
    run("cargo", "build", "--quiet", "--package", "quell", "--package", "quell-lsp", cwd=ROOT)
    said = run("cargo", "metadata", "--format-version", "1", "--no-deps", cwd=ROOT, stdout=subprocess.PIPE)
    return pathlib.Path(json.loads(said.stdout)["target_directory"]) / "debug"


def project(folder):
    """A copy of the project, which the editors change."""
    copy = folder / "project"
    shutil.copytree(HERE / "project", copy)
    return copy


def environment(folder, binaries, **more):
    """An environment in which nothing of the user's is read, and the binaries are found, or are not."""
    path = os.environ["PATH"].split(os.pathsep)
    # A binary that happens to be installed must not be taken for the one that is tested.
    path = [entry for entry in path if not (pathlib.Path(entry) / "quell-lsp").exists()]
    if binaries is not None:
        path.insert(0, str(binaries))
    found = {**os.environ, "PATH": os.pathsep.join(path), "HOME": str(folder), **{key: str(more[key]) for key in more}}
    for name in ["CONFIG", "STATE", "CACHE", "DATA"]:
        found.setdefault(f"XDG_{name}_HOME", str(folder / name.lower()))
    found.pop("CARGO_HOME", None)
    return found


def neovim(binaries):
    for name, program in [("oldest", "/usr/bin/nvim"), ("newest", CACHE / "python/bin/nvim")]:
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            site = scratch / "data/nvim/site/pack/quell/start"
            site.mkdir(parents=True)
            (site / "quell").symlink_to(ROOT / "editors/neovim")

            def step(step, found):
                folder = scratch / step
                folder.mkdir()
                result = folder / "result.json"
                more = {"XDG_DATA_HOME": scratch / "data", "PROJECT": project(folder), "RESULT": result, "STEP": step}
                probe = HERE / "neovim/probe.lua"
                command = [program, "--headless", "-n", "-i", "NONE", "-c", f"luafile {probe}"]
                said = subprocess.run(
                    [str(word) for word in command],
                    env=environment(folder, found, **more), capture_output=True, text=True, timeout=120,
                )
                assert result.exists(), said.stderr
                seen = json.loads(result.read_text())
                assert seen["ok"], f"{name}, {step}: {seen}"
                return seen, folder

            seen, _ = step("missing", None)
            texts = [message["text"] for message in seen["messages"]]
            assert len(texts) == 1 and "quell-lsp was not found" in texts[0] and ":help" in texts[0], texts

            step("install", binaries)
            seen, folder = step("use", binaries)
            version = seen["version"]
            codes = [found["code"] for found in seen["diagnostics"]]
            assert "ephemeral-value" in codes, seen
            assert "user" in seen["hover"], seen["hover"]
            assert "@process.parent.executable.path" in seen["completion"], seen["completion"]
            assert seen["fixed"] == FIXED, seen
            assert seen["renamed"] == [RENAMED], seen
            assert '  owner    = "shop@example.com"' in seen["written"], seen["written"]
            assert "    host:$front-hosts" in seen["written"], seen["written"]
            if name == "newest":
                assert seen["semantic"], seen
            wanted = {"suppress": "keyword", "attribute": "variable.member", "owner": "property"}
            for text, capture in wanted.items():
                assert capture in seen["treesitter"][text], seen["treesitter"]
            health = (folder / "result.json.health").read_text()
            assert health.count("OK") >= 4 and "ERROR" not in health, health
            print(f"ok: {version}")


def main():
    tests = {"neovim": neovim, "vscode": vscode, "emacs": emacs, "pre-commit": pre_commit}
    names = sys.argv[1:] or list(tests)
    unknown = [name for name in names if name not in tests]
    if unknown:
        sys.exit(__doc__)
    run("sh", HERE / "install.sh", CACHE)
    built = binaries()
    for name in names:
        tests[name](built)


if __name__ == "__main__":
    main()
