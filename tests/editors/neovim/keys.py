"""Somebody at the keys of a Neovim: usage: keys.py PROGRAM FILE. Prints what was seen, as JSON."""

import json
import sys
import time

import pynvim

program, file = sys.argv[1:]
nvim = pynvim.attach("child", argv=[program, "--embed", "-n", "-i", "NONE"])
nvim.ui_attach(120, 40, rgb=True)
seen = {}


def wait(what, condition):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.03)
    raise SystemExit(f"timeout: {what}; {nvim.request('nvim_get_mode')}, {nvim.current.buffer[:]}")


def codes():
    return nvim.exec_lua("return vim.tbl_map(function(found) return found.code end, vim.diagnostic.get(0))")


def floating():
    """The lines of the windows that float."""
    windows = [window for window in nvim.windows if nvim.api.win_get_config(window)["relative"]]
    return [line for window in windows for line in window.buffer[:]]


nvim.command(f"edit {file}")
seen["codes"] = wait("diagnostics", codes)

# The documentation of what is under the cursor.
nvim.input("/@process.user<CR>")
nvim.input(":lua vim.lsp.buf.hover()<CR>")
seen["hover"] = wait("hover", floating)

# The menu of completion.
nvim.input("o@process.parent.us<C-x><C-o>")


def menu():
    said = nvim.funcs.complete_info(["items", "pum_visible"])
    return said["pum_visible"] and [item["word"] for item in said["items"]]


seen["completion"] = wait("completion", menu)
nvim.input("<C-n><C-p><C-y>shop<Esc>")
seen["completed"] = wait("the line", lambda: nvim.current.line.endswith(":shop") and nvim.current.line)

# The fix of the warning, chosen from what is asked.
nvim.input("/render-8f3a<CR>")
# How Neovim asks differs by version: the first answer is given in its place.
nvim.exec_lua("""
vim.ui.select = function(items, options, chosen)
  vim.g.asked = vim.tbl_map(options.format_item or tostring, items)
  chosen(items[1], 1)
end
""")
nvim.input(":lua vim.lsp.buf.code_action()<CR>")
seen["actions"] = wait("a question", lambda: nvim.vars.get("asked"))
wait("the fix", lambda: any("/tmp/*/bin/render" in line for line in nvim.current.buffer[:]))

# A new name, and a file that is laid out when it is written.
nvim.input("/web-hosts<CR>")
nvim.input(":lua vim.lsp.buf.rename('front-hosts')<CR>")
wait("the name", lambda: any("$front-hosts" in line for line in nvim.current.buffer[:]))
nvim.input(":wall<CR>")
wait("written", lambda: not nvim.current.buffer.options["modified"])
wait("no finding", lambda: not codes())

# What the rule compiles to, and its tests.
shown = {}
for command, text in [("QuellCompile", '"suppression_query"'), ("QuellTest", "1 passed, 0 failed")]:
    nvim.input(f":{command}<CR>")
    shown[command] = wait(command, lambda: [line for line in nvim.current.buffer[:] if text in line])
    nvim.input("q")
seen["shown"] = shown

# The server, started again.
before = nvim.exec_lua("return require('quell.server').clients(0)[1].id")
nvim.input(":QuellRestart<CR>")
after = "local client = require('quell.server').clients(0)[1]; return client and client.id"
wait("another server", lambda: nvim.exec_lua(after) not in [None, before])
print(json.dumps(seen))
nvim.input(":qall!<CR>")
