#!/usr/bin/env python3
"""The real editors, with the real server: what somebody does in a `.quell` file, and what they see.

usage: run.py [--pictures] [NAME…]

NAME is one of: neovim vscode emacs pre-commit action helix zed formats container. All but the last, if none is given: the
container is a release build from nothing, and wants root, buildah and mmdebstrap.

Installs what it needs into .cache/editors, or the folder that QUELL_EDITORS_CACHE names (see install.sh), and builds the
binaries, or takes those of the folder that QUELL_TEST_BINARIES names. Pictures go to `pictures` in the first folder, with
--pictures to editors/pictures, which the pages show.
"""

import ctypes
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("QUELL_EDITORS_CACHE", ROOT / ".cache/editors")).resolve()
# What is told in days, as how long a rule still works, is told from this one.
NOW = "2026-11-24"

FIXED = "    @process.executable.path:/tmp/*/bin/render"
RENAMED = "let front-hosts = (web-1 OR web-2)"


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def binaries():
    """The folder of `quell` and `quell-lsp`, built if the environment does not name one."""
    if os.environ.get("QUELL_TEST_BINARIES"):
        return pathlib.Path(os.environ["QUELL_TEST_BINARIES"]).resolve()
    run("cargo", "build", "--quiet", "--package", "quell", "--package", "quell-lsp", cwd=ROOT)
    said = run("cargo", "metadata", "--format-version", "1", "--no-deps", cwd=ROOT, stdout=subprocess.PIPE)
    return pathlib.Path(json.loads(said.stdout)["target_directory"]) / "debug"


def project(folder):
    """A copy of the project, which the editors change."""
    copy = folder / "project"
    shutil.copytree(HERE / "project", copy)
    return copy


def environment(folder, binaries, names=("quell", "quell-lsp"), **more):
    """An environment in which nothing of the user's is read, and the named binaries are found, or none of them."""
    path = os.environ["PATH"].split(os.pathsep)
    # A binary that happens to be installed must not be taken for the one that is tested.
    path = [entry for entry in path if not (pathlib.Path(entry) / "quell-lsp").exists()]
    if binaries is not None:
        # Where `cargo install` puts them.
        cargo = folder / ".cargo/bin"
        cargo.mkdir(parents=True, exist_ok=True)
        for name in names:
            if not (cargo / name).exists():
                (cargo / name).symlink_to(binaries / name)
        path.append(str(cargo))
    found = {**os.environ, "PATH": os.pathsep.join(path), "HOME": str(folder), "TMPDIR": str(folder), "QUELL_NOW": NOW}
    for name in ["CARGO_HOME", "XDG_RUNTIME_DIR"]:
        found.pop(name, None)
    for name in ["CONFIG", "STATE", "CACHE", "DATA"]:
        found[f"XDG_{name}_HOME"] = str(folder / name.lower())
    # npm asks for newer versions of itself, and tells what it did.
    found |= {"npm_config_update_notifier": "false", "npm_config_loglevel": "error"}
    return found | {key: str(value) for key, value in more.items()}


def follow(section, folder, programs, root=ROOT, **more):
    """Runs the first commands that editors/README.md gives under a heading, as they stand there, from `root`.

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
    run("sh", "-euc", commands, cwd=root, env=env, stdout=subprocess.DEVNULL)


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
            codes = [found["code"] for found in seen["diagnostics"]]
            assert "ephemeral-value" in codes, seen
            assert "user" in seen["hover"], seen["hover"]
            assert "@process.parent.user" in seen["completion"], seen["completion"]
            assert seen["fixed"] == FIXED, seen
            assert seen["renamed"] == [RENAMED], seen
            assert '  owner    = "shop@example.com"' in seen["written"], seen["written"]
            assert "    host:$front-hosts" in seen["written"], seen["written"]
            assert seen["semantic"], seen
            wanted = {"suppress": "keyword", "attribute": "variable.member", "owner": "property"}
            for text, capture in wanted.items():
                assert capture in seen["treesitter"][text], seen["treesitter"]
            health = (folder / "result.json.health").read_text()
            assert health.count("OK") >= 4 and "ERROR" not in health, health
            by_keys(name, program, scratch, binaries, data)
            print(f"\nok: {seen['version']}")


def by_keys(name, program, scratch, binaries, data):
    """The same through the keys that somebody presses, and what is shown then."""
    folder = scratch / "keys"
    folder.mkdir()
    copy = project(folder)
    env = environment(folder, binaries, XDG_DATA_HOME=data)
    command = [CACHE / "python/bin/python", HERE / "neovim/keys.py", program, copy / "rules/render.quell"]
    said = subprocess.run(
        [str(word) for word in command], cwd=copy, env=env, capture_output=True, text=True, timeout=120,
    )
    assert said.returncode == 0, f"{name}: {said.stderr}"
    seen = json.loads(said.stdout)
    assert "ephemeral-value" in seen["codes"], seen
    assert any("user" in line for line in seen["hover"]), seen
    assert seen["completion"][0] == "@process.parent.user:", seen
    assert seen["completed"].strip() == "@process.parent.user:shop", seen
    written = (copy / "rules/render.quell").read_text()
    assert FIXED in written and '  owner    = "shop@example.com"' in written, written
    assert (copy / "lib/fleet.quell").read_text().strip() == RENAMED


def vscode(binaries, pictures):
    extension = ROOT / "editors/vscode"
    node = CACHE / "node"
    # In the folder of the cache, so that its packages are found.
    shutil.copy(HERE / "vscode/ui.mjs", CACHE / "vscode/ui.mjs")
    server = CACHE / "vscode/node_modules/code-server/out/node/entry.js"

    def step(step, names, kept=()):
        """One window of VS Code, with the named binaries; what was seen, and the files that are kept."""
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            copy = project(scratch)
            shutil.copy(ROOT / "grammar/examples/events/logrotate.ndjson", scratch / "events.ndjson")
            env = environment(
                scratch, binaries, names, SCRATCH=scratch, PROJECT=copy, PICTURES=pictures, EXTENSIONS_GALLERY="{}",
                EVENTS=scratch / "events.ndjson",
            )
            (scratch / "config.yaml").write_text("")
            (scratch / "user/User").mkdir(parents=True)
            shutil.copy(HERE / "vscode/settings.json", scratch / "user/User/settings.json")
            options = [f"--user-data-dir={scratch}/user", f"--extensions-dir={scratch}/extensions"]
            if step == "missing":
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

    seen, _ = step("missing", [])
    assert len(seen["messages"]) == 1, seen
    assert "quell-lsp was not found" in seen["messages"][0] and "cargo install" in seen["messages"][0], seen

    seen, _ = step("tasks", ["quell"])
    assert "/tmp/render-8f3a2c91" in seen["problem"], seen

    seen, (rule, fleet) = step("use", ["quell", "quell-lsp"], ["rules/render.quell", "lib/fleet.quell"])
    assert "ephemeral-value" in seen["problem"] and "/tmp/render-8f3a2c91" in seen["problem"], seen
    assert seen["status"], seen
    # Keywords, keys and values differ in colour, by the grammar and by what the server says of tokens.
    colours = seen["colours"]
    assert len({colours[text] for text in ["suppress", "when", "owner"]}) >= 2, colours
    assert FIXED in rule, rule
    assert "    @process.parent.user:shop\n" in rule, rule
    assert "    host:$front-hosts\n" in rule and fleet.strip() == RENAMED, (rule, fleet)
    assert RENAMED in seen["renamed"], seen["renamed"]
    assert '  owner    = "shop@example.com"' in rule, rule
    assert any(line.startswith("13 events: 0 silenced") for line in seen["replayed"]), seen["replayed"]
    assert any("1 passed, 0 failed" in line for line in seen["tested"]), seen["tested"]
    assert len(seen["started"]) == 2 and len(seen["steps"]) == 4, seen
    carries_binaries(extension, node)


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
    # The init file of the page.
    lisp = (ROOT / "editors/README.md").read_text().split("\n## Emacs\n")[1].split("```elisp\n")[1].split("```")[0]
    lisp = lisp.replace("/where/the/repository/is", str(ROOT))
    seen = {}
    for step, names in [("missing", []), ("use", ["quell", "quell-lsp"])]:
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            (scratch / "init.el").write_text(lisp)
            copy = project(scratch)
            result = scratch / "result.json"
            env = environment(
                scratch, binaries, names, STEP=step, INIT=scratch / "init.el", PROJECT=copy, RESULT=result,
            )
            command = ["emacs", "-q", "--batch", "-l", str(HERE / "emacs/probe.el")]
            said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
            assert said.returncode == 0 and result.exists(), said.stderr
            seen[step] = json.loads(result.read_text())
            if step == "use":
                assert pathlib.Path(seen[step]["project"]) == copy.resolve(), seen[step]
    told = seen["missing"]["told"]
    assert told.count("quell-lsp was not found") == 1 and "cargo install" in told, told
    seen = seen["use"]
    assert seen["mode"] == "quell-mode" and "keyword" in seen["face"], seen
    assert any("/tmp/render-8f3a2c91" in text for text in seen["diagnostics"]), seen
    assert "@process.parent.user" in seen["completion"], seen
    assert FIXED in seen["text"] and "    host:$front-hosts\n" in seen["text"] and RENAMED in seen["fleet"], seen
    assert '  owner    = "shop@example.com"' in seen["text"], seen


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


def helix(binaries):
    """The commands of the page, with the grammar built as `hx --grammar build` does: no registry has Helix itself."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        follow("Helix", scratch, {"hx": f"echo >>{scratch}/called hx"})
        assert (scratch / "called").read_text() == "hx --grammar build\n"
        config = tomllib.loads((scratch / ".config/helix/languages.toml").read_text())
        (language,) = config["language"]
        assert shutil.which(config["language-server"][language["language-servers"][0]]["command"], path=binaries)
        (grammar,) = config["grammar"]
        assert language["name"] == grammar["name"] == "quell" and language["file-types"] == ["quell"], config
        sources = pathlib.Path(grammar["source"]["path"]) / "src"
        library = scratch / "quell.so"
        options = ["-shared", "-fPIC", "-fno-exceptions", "-O3", "-std=c11", "-I", sources, "-o", library]
        run("cc", *options, sources / "parser.c", sources / "scanner.c")
        assert ctypes.CDLL(library).tree_sitter_quell() != 0
        # The queries themselves are held to the grammar by its own tests.
        queries = {query.name for query in (scratch / ".config/helix/runtime/queries/quell").iterdir()}
        assert queries == {query.name for query in (ROOT / "editors/helix/queries").iterdir()}, queries


def zed(binaries):
    """The command of the page, with the grammar fetched as Zed does, and the extension built, though not for WebAssembly:
    no registry has Zed itself, nor Rust's library for that target."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        copy = scratch / "copy"
        for folder in ["editors/zed", "grammar/tree-sitter"]:
            shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("target"))
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        run("git", "init", "-q", copy)
        run("git", "add", "-A", cwd=copy)
        run(*git, "commit", "-qm", "A copy", cwd=copy)
        follow("Zed", scratch, {}, root=copy)
        extension = tomllib.loads((copy / "editors/zed/extension.toml").read_text())
        grammar = extension["grammars"]["quell"]
        fetched = scratch / "fetched"
        run("git", "init", "-q", fetched)
        run("git", "fetch", "-q", "--depth", "1", grammar["repository"], grammar["rev"], cwd=fetched)
        run("git", "checkout", "-q", grammar["rev"], cwd=fetched)
        assert (fetched / grammar["path"] / "src/parser.c").exists()
        language = tomllib.loads((copy / "editors/zed/languages/quell/config.toml").read_text())
        assert language["grammar"] in extension["grammars"], language
        (server,) = extension["language_servers"].values()
        assert server["languages"] == [language["name"]], extension
    target = {**os.environ, "CARGO_TARGET_DIR": str(CACHE / "zed")}
    command = ["cargo", "clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"]
    run(*command, cwd=ROOT / "editors/zed", env=target)


def container(binaries):
    """The image of Containerfile, built and run. No registry of images is asked: what it is made from is made of packages
    of Debian, with Debian's newest Rust in the place of Rust's own image."""
    store = CACHE / "container"
    store.mkdir(exist_ok=True)
    buildah = ["buildah", "--root", store / "root", "--runroot", store / "run", "--storage-driver", "vfs"]
    (build, programs) = re.findall(r"^FROM (\S+)", (ROOT / "Containerfile").read_text(), re.M)

    def output(*command):
        return run(*buildah, *command, stdout=subprocess.PIPE, text=True).stdout.strip()

    for name, packages in [(build, "ca-certificates,rustc-web,cargo-web"), (programs, "base-files")]:
        if subprocess.run([str(word) for word in [*buildah, "inspect", name]], capture_output=True).returncode == 0:
            continue
        system = store / "system.tar"
        run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", "bookworm", system)
        made = output("from", "scratch")
        output("add", made, system, "/")
        # What is trusted here is trusted there: a proxy may stand between Cargo and the registry.
        trusted = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
        if trusted.exists():
            output("copy", made, trusted, trusted)
        output("commit", "--quiet", made, name)
        output("rm", made)
        system.unlink()
    image = "localhost/quell-test"
    output("build", "--quiet", "--isolation", "chroot", "--pull-never", "--tag", image, ROOT)
    made = output("from", "--pull-never", image)
    try:
        output("copy", made, HERE / "project", "/project")
        command = [*buildah, "run", "--isolation", "chroot", made, "--", "quell", "check", "--now", NOW, "--format", "short"]
        said = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        assert said.returncode == 0 and "[ephemeral-value]" in said.stdout, said
        assert output("run", "--isolation", "chroot", made, "--", "id", "-u") == "65534"
        assert output("run", "--isolation", "chroot", made, "--", "quell-lsp", "--version").startswith("quell-lsp ")
    finally:
        output("rm", made)
        output("rmi", image)


def formats(binaries):
    """What others read, by their own schemas: the action, the workflow that `quell init` writes, the hooks."""
    python = CACHE / "python/bin"
    written = ROOT / "compiler/src/cli/command/init"
    run(python / "check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")
    run(python / "check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-workflows", written / "workflow.yml")
    run(python / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    run(python / "pre-commit", "validate-config", written / "pre-commit.yaml")
    run(python / "hadolint", ROOT / "Containerfile")


def main():
    tests = {
        "neovim": neovim,
        "vscode": vscode,
        "emacs": emacs,
        "pre-commit": pre_commit,
        "action": action,
        "helix": helix,
        "zed": zed,
        "formats": formats,
        "container": container,
    }
    names = sys.argv[1:]
    pictures = CACHE / "pictures"
    if names[:1] == ["--pictures"]:
        pictures = ROOT / "editors/pictures"
        names = names[1:]
    unknown = [name for name in names if name not in tests]
    if unknown:
        sys.exit(__doc__)
    run("sh", HERE / "install.sh", CACHE)
    pictures.mkdir(exist_ok=True)
    built = binaries()
    for name in names or [name for name in tests if name != "container"]:
        start = time.monotonic()
        tests[name](built, **({"pictures": pictures} if name == "vscode" else {}))
        print(f"ok: {name}, {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
