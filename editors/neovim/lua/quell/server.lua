--- The language server, in the way that this Neovim starts one: `vim.lsp.config` from 0.11 on, `vim.lsp.start` from 0.8
--- on, `vim.lsp.start_client` before.

local binary = require("quell.binary")

local M = {}

local MARKERS = { "quell.toml", ".git" }

local function command()
  local wanted = require("quell").options.server
  local path = binary.find("quell-lsp")
  if not path then
    return nil
  end
  local words = { path }
  if type(wanted) == "table" then
    vim.list_extend(words, wanted, 2)
  end
  return words
end

--- The server for `vim.lsp.config`.
function M.config()
  return {
    cmd = command() or { "quell-lsp" },
    filetypes = { "quell" },
    root_markers = MARKERS,
  }
end

--- Has Neovim 0.11 and newer start the server by itself. Without the binary it would complain for every file.
function M.enable()
  if not (vim.lsp.config and vim.lsp.enable) then
    return
  end
  if command() then
    vim.lsp.config("quell", M.config())
    vim.lsp.enable("quell")
  end
end

local function root_of(buffer)
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":p:h")
  for _, marker in ipairs(MARKERS) do
    local here = folder
    while true do
      if vim.loop.fs_stat(here .. "/" .. marker) then
        return here
      end
      local above = vim.fn.fnamemodify(here, ":h")
      if above == here then
        break
      end
      here = above
    end
  end
  return folder
end

--- Ids of clients by root, for Neovim before 0.8.
local started = {}

local function start_before_0_11(buffer)
  -- Newer versions set it by themselves.
  vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
  local root = root_of(buffer)
  local settings = {
    name = "quell",
    cmd = command(),
    root_dir = root,
    capabilities = vim.lsp.protocol.make_client_capabilities(),
  }
  if vim.lsp.start then
    vim.lsp.start(settings, { bufnr = buffer })
    return
  end
  local id = started[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    settings.workspace_folders = { { uri = vim.uri_from_fname(root), name = root } }
    id = vim.lsp.start_client(settings)
    started[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

local function format_on_save(buffer)
  vim.api.nvim_create_autocmd("BufWritePre", {
    buffer = buffer,
    group = vim.api.nvim_create_augroup("quell_format_" .. buffer, { clear = true }),
    callback = function()
      if not require("quell").options.format_on_save or #M.clients(buffer) == 0 then
        return
      end
      if vim.lsp.buf.format then
        vim.lsp.buf.format({ bufnr = buffer, name = "quell", timeout_ms = 2000 })
      else
        vim.lsp.buf.formatting_sync(nil, 2000)
      end
    end,
  })
end

--- The clients of a buffer that are this server.
function M.clients(buffer)
  if vim.lsp.get_clients then
    return vim.lsp.get_clients({ bufnr = buffer, name = "quell" })
  end
  return vim.tbl_filter(function(client)
    return client.name == "quell" and (not buffer or vim.lsp.buf_is_attached(buffer, client.id))
  end, vim.lsp.get_active_clients())
end

--- Starts the server for a buffer, or says once that it is missing.
function M.start(buffer)
  if not command() then
    binary.missing("quell-lsp")
    return
  end
  format_on_save(buffer)
  if not (vim.lsp.config and vim.lsp.enable) then
    start_before_0_11(buffer)
  end
end

--- Stops the server, and starts it for every `.quell` buffer.
function M.restart()
  local clients = vim.lsp.get_clients and vim.lsp.get_clients({ name = "quell" }) or M.clients()
  for _, client in ipairs(clients) do
    vim.lsp.stop_client(client.id, true)
  end
  started = {}
  vim.defer_fn(function()
    M.enable()
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == "quell" then
        vim.api.nvim_buf_call(buffer, function()
          vim.cmd("doautocmd <nomodeline> FileType quell")
        end)
        M.start(buffer)
      end
    end
  end, 300)
end

return M
