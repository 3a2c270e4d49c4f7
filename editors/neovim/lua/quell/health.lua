--- For `:checkhealth quell`.

local binary = require("quell.binary")

local health = vim.health or require("health")
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local fail = health.error or health.report_error

local M = {}

local function version(path)
  return vim.trim(vim.fn.system({ path, "--version" }))
end

function M.check()
  start("quell")
  if vim.fn.has("nvim-0.7") == 1 then
    local way = vim.lsp.config and "vim.lsp.config" or vim.lsp.start and "vim.lsp.start" or "vim.lsp.start_client"
    ok("Neovim starts the server with " .. way)
  else
    fail("Neovim 0.7 or newer is needed")
  end
  local server = binary.find("quell-lsp")
  if server then
    ok("language server: " .. server .. " (" .. version(server) .. ")")
  else
    fail("`quell-lsp` was not found", { "`:help quell-install` says how to get it" })
  end
  local quell = binary.find("quell")
  if quell then
    ok("command line: " .. quell .. " (" .. version(quell) .. ")")
  else
    warn("`quell` was not found: `:QuellCompile` needs it", { "`:help quell-install` says how to get it" })
  end
  if require("quell.treesitter").installed() then
    local found, message = pcall(vim.treesitter.language and vim.treesitter.language.inspect or vim.treesitter.inspect_language, "quell")
    if found then
      ok("tree-sitter: the parser and its queries are installed")
    else
      fail("tree-sitter: the parser does not load: " .. tostring(message), { "`:QuellInstallParser` builds it anew" })
    end
  else
    warn("tree-sitter: the parser is not installed", { "`:QuellInstallParser` builds it" })
  end
  local clients = #require("quell.server").clients()
  ok(clients == 1 and "1 server runs" or clients .. " servers run")
end

return M
