#!/usr/bin/env python3
"""The real editors, with the real server: what somebody does in a `.quell` file, and what they see.

usage: run.py [NAME…]   one or more of: neovim vscode emacs pre-commit action; all if left out

Installs what it needs into .cache/editors (see install.sh), builds the binaries, and writes the pictures of the README.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("QUELL_EDITORS_CACHE", ROOT / ".cache/editors"))
BINARIES = pathlib.Path(os.environ.get("QUELL_TEST_BINARIES", ""))
PICTURES = ROOT / "editors/pictures"

FIXED = "    @process.executable.path:/tmp/*/bin/render"
RENAMED = "let front-hosts = (web-1 OR web-2)"


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def binaries():
    """The folder of `quell` and `quell-lsp`, built if the environment does not name one."""
    if os.environ.get("QUELL_TEST_BINARIES"):
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
        # Where `cargo install` puts them.
        cargo = folder / ".cargo/bin"
        cargo.mkdir(parents=True, exist_ok=True)
        for name in ["quell", "quell-lsp"]:
            if not (cargo / name).exists():
                (cargo / name).symlink_to(binaries / name)
        path.append(str(cargo))
    found = {**os.environ, "PATH": os.pathsep.join(path), "HOME": str(folder), **{key: str(more[key]) for key in more}}
    for name in ["CONFIG", "STATE", "CACHE", "DATA"]:
        found.setdefault(f"XDG_{name}_HOME", str(folder / name.lower()))
    found.pop("CARGO_HOME", None)
    return found


def follow(section, folder, programs, **more):
    """Runs the first commands that editors/README.md gives under a heading, as they stand there, from the root.

    `programs` are put in front of what is installed: names and what runs in their place.
    """
    page = (ROOT / "editors/README.md").read_text()
    commands = page.split(f"\n## {section}\n")[1].split("```sh\n")[1].split("```")[0]
    shims = folder / "shims"
    shims.mkdir(exist_ok=True)
    for name, program in programs.items():
        (shims / name).write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        (shims / name).chmod(0o755)
    env = environment(folder, None, **more)
    env["PATH"] = os.pathsep.join([str(shims), env["PATH"]])
    run("sh", "-euc", commands, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)


def neovim(binaries):
    for name, program in [("oldest", "/usr/bin/nvim"), ("newest", CACHE / "python/bin/nvim")]:
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            data = scratch / ".local/share"

            def step(step, found):
                folder = scratch / step
                folder.mkdir()
                result = folder / "result.json"
                more = {"XDG_DATA_HOME": data, "PROJECT": project(folder), "RESULT": result, "STEP": step}
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

            follow("Neovim", scratch, {"nvim": f"{program} -i NONE"}, XDG_DATA_HOME=data)
            seen, _ = step("missing", None)
            texts = [message["text"] for message in seen["messages"]]
            assert len(texts) == 1 and "quell-lsp was not found" in texts[0] and ":help" in texts[0], texts

            seen, folder = step("use", binaries)
            version = seen["version"]
            codes = [found["code"] for found in seen["diagnostics"]]
            assert "ephemeral-value" in codes, seen
            assert "user" in seen["hover"], seen["hover"]
            assert "@process.parent.user" in seen["completion"], seen["completion"]
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


def vscode(binaries):
    extension = ROOT / "editors/vscode"
    node = CACHE / "node"
    PICTURES.mkdir(exist_ok=True)
    # In the folder of the cache, so that its packages are found.
    shutil.copy(HERE / "vscode/ui.mjs", CACHE / "vscode/ui.mjs")
    server = CACHE / "vscode/node_modules/code-server/out/node/entry.js"

    def step(step, found, kept):
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            copy = project(scratch)
            env = environment(
                scratch, found, SCRATCH=scratch, PROJECT=copy, PICTURES=PICTURES, EXTENSIONS_GALLERY="{}",
            )
            (scratch / "config.yaml").write_text("")
            (scratch / "user/User").mkdir(parents=True)
            shutil.copy(HERE / "vscode/settings.json", scratch / "user/User/settings.json")
            options = [f"--user-data-dir={scratch}/user", f"--extensions-dir={scratch}/extensions"]
            if not kept:
                # The commands of the page: they build the package and install it.
                code = " ".join([f"{node}/node {server}", *options])
                follow("VS Code", scratch, {"npm": f"{node}/npm", "node": f"{node}/node", "code": code})
            else:
                package = ["--install-extension", extension / "quell.vsix"]
                run(node / "node", server, *options, *package, env=env, stdout=subprocess.DEVNULL)
            try:
                said = run(node / "node", CACHE / "vscode/ui.mjs", step, env=env, stdout=subprocess.PIPE, timeout=400)
            except subprocess.CalledProcessError:
                picture = scratch / "failed.png"
                if picture.exists():
                    shutil.copy(picture, CACHE / "failed.png")
                    print(f"see {CACHE}/failed.png", file=sys.stderr)
                raise
            return json.loads(said.stdout), [(copy / file).read_text() for file in kept]

    seen, _ = step("missing", None, [])
    assert len(seen["messages"]) == 1, seen
    assert "quell-lsp was not found" in seen["messages"][0] and "cargo install" in seen["messages"][0], seen

    seen, (rule, fleet) = step("use", binaries, ["rules/render.quell", "lib/fleet.quell"])
    assert "ephemeral-value" in seen["problem"] and "/tmp/render-8f3a2c91" in seen["problem"], seen
    assert seen["status"], seen
    # Keywords, keys and values differ in colour, by the grammar and by what the server says of tokens.
    colours = seen["colours"]
    assert len({colours[text] for text in ["suppress", "when", "owner"]}) >= 2, colours
    assert FIXED in rule, rule
    assert "    @process.parent.user:shop\n" in rule, rule
    assert "    host:$front-hosts\n" in rule and fleet.strip() == RENAMED, (rule, fleet)
    assert '  owner    = "shop@example.com"' in rule, rule
    carries_binaries(extension, node)
    print("ok: VS Code")


def carries_binaries(extension, node):
    """A package for one platform holds the programs, and they can be run."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name in ["quell", "quell-lsp"]:
            (scratch / name).write_text("#!/bin/sh\n")
            (scratch / name).chmod(0o755)
        env = {**os.environ, "PATH": os.pathsep.join([str(node), os.environ["PATH"]])}
        env |= {"QUELL_BINARIES": str(scratch), "QUELL_PLATFORM": "linux-x64"}
        run(node / "npm", "run", "--silent", "package", cwd=extension, env=env, stdout=subprocess.DEVNULL)
        with zipfile.ZipFile(extension / "quell-linux-x64.vsix") as package:
            for name in ["quell", "quell-lsp"]:
                mode = package.getinfo(f"extension/bin/{name}").external_attr >> 16
                assert mode & 0o111, f"{name} cannot be run: {mode:o}"
            assert 'TargetPlatform="linux-x64"' in package.read("extension.vsixmanifest").decode()
        shutil.rmtree(extension / "bin")


def emacs(binaries):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        result = scratch / "result.json"
        env = environment(scratch, binaries, ROOT=ROOT, PROJECT=project(scratch), RESULT=result)
        run("emacs", "-q", "--batch", "-l", HERE / "emacs/probe.el", env=env, timeout=120)
        seen = json.loads(result.read_text())
        assert seen["mode"] == "quell-mode" and "keyword" in seen["face"], seen
        assert any("/tmp/render-8f3a2c91" in text for text in seen["diagnostics"]), seen
        assert "@process.parent.user" in seen["completion"], seen
        assert '  owner    = "shop@example.com"' in seen["text"], seen
        print("ok: Emacs, eglot")


def pre_commit(binaries):
    """The hooks of `.pre-commit-hooks.yaml`, as somebody else's repository has them run."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        copy = project(scratch)
        env = environment(scratch, binaries, PRE_COMMIT_HOME=scratch / "pre-commit")
        hooks = scratch / "hooks"
        hooks.mkdir()
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        for folder in [hooks, copy]:
            run("git", "init", "-q", folder)
            run("git", "add", "-A", cwd=folder)
        run(*git, "commit", "-qm", "Hooks", cwd=hooks)
        pre_commit = CACHE / "python/bin/pre-commit"

        def hook(name):
            command = [pre_commit, "try-repo", "--all-files", "--verbose", hooks, name]
            return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)

        said = hook("quell-check")
        assert said.returncode == 0 and "ephemeral-value" in said.stdout, said
        said = hook("quell-fmt")
        assert said.returncode == 1 and "1 of 3 files" in said.stdout, said
        assert '  owner    = "shop@example.com"' in (copy / "rules/render.quell").read_text()
        run("git", "add", "-A", cwd=copy)
        assert hook("quell-fmt").returncode == 0
        (copy / "rules/render.quell").write_text("suppress broken {\n")
        run("git", "add", "-A", cwd=copy)
        said = hook("quell-check")
        assert said.returncode == 1 and "unclosed-delimiter" in said.stdout, said
        # The hooks that `quell init` writes.
        fresh = scratch / "fresh"
        run(binaries / "quell", "init", fresh, env=env, stderr=subprocess.DEVNULL)
        run("git", "init", "-q", fresh)
        run("git", "add", "-A", cwd=fresh)
        run(pre_commit, "run", "--all-files", cwd=fresh, env=env, stdout=subprocess.DEVNULL)
        for settings in ["settings", "tasks"]:
            json.loads((fresh / f".vscode/{settings}.json").read_text())
        print("ok: pre-commit")


def action(binaries):
    """The steps of action.yml, as a runner of GitHub has them run; the programs are installed already."""
    # Only the pinned Python has the reader of YAML, as a part of pre-commit.
    reader = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    page = (ROOT / "action.yml").read_text()
    read = run(CACHE / "python/bin/python", "-c", reader, input=page, text=True, stdout=subprocess.PIPE)
    steps = json.loads(read.stdout)
    assert steps["runs"]["using"] == "composite"
    given = {name: value["default"] for name, value in steps["inputs"].items()}

    def value(text):
        return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: given[found[1]], text)

    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        copy = project(scratch)
        status = {}
        for step in steps["runs"]["steps"]:
            name, command = step["name"], step["run"]
            more = {key: value(text) for key, text in step.get("env", {}).items()}
            env = environment(scratch, binaries, GITHUB_ACTION_PATH=ROOT, **more)
            if name == "Install quell":
                assert (ROOT / command.split("/")[-1].strip('"') / "Cargo.toml").exists(), command
                continue
            said = subprocess.run(["bash", "-ec", command], cwd=copy, env=env, capture_output=True, text=True)
            status[name] = (said.returncode, said.stdout)
        code, text = status["quell check"]
        assert code == 1 and "::warning file=rules/render.quell" in text, status
        assert status["quell fmt"][0] == 1 and status["quell test"][0] == 0, status
        print("ok: action.yml")


def main():
    tests = {"neovim": neovim, "vscode": vscode, "emacs": emacs, "pre-commit": pre_commit, "action": action}
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
