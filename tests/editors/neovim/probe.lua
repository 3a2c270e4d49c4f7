-- What somebody does in a `.quell` file, in a Neovim without a screen. Writes what was seen to $RESULT, as JSON.
--
-- $PLUGIN is the plugin, $PROJECT a copy of the project, $STEP which part is run: "install" builds the parser, "use" does
-- the rest, "missing" is a Neovim that finds no binary.

local out = { version = tostring(vim.fn.matchstr(vim.fn.execute("version"), "NVIM v[0-9.]*")) }
local messages = {}
vim.notify = function(text, level)
  table.insert(messages, { text = text, level = level })
end

local function wait(what, condition)
  local value
  local done = vim.wait(20000, function()
    value = condition()
    return value ~= nil and value ~= false
  end, 30)
  assert(done, "timeout: " .. what)
  return value
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

--- Line from 0, and column, of a text in the buffer.
local function place(text)
  for number, line in ipairs(lines()) do
    local at = line:find(text, 1, true)
    if at then
      return number - 1, at - 1
    end
  end
  error("not in the buffer: " .. text)
end

local function go(text, more)
  local line, column = place(text)
  vim.api.nvim_win_set_cursor(0, { line + 1, column + (more or 0) })
end

local function client()
  return require("quell.server").clients(vim.api.nvim_get_current_buf())[1]
end

local function request(method, parameters)
  local results = vim.lsp.buf_request_sync(0, method, parameters, 20000)
  local result = results and results[client().id]
  assert(result and not result.err, method .. ": " .. vim.inspect(result))
  return result.result
end

local function position()
  if vim.fn.has("nvim-0.11") == 1 then
    return vim.lsp.util.make_position_params(0, client().offset_encoding)
  end
  return vim.lsp.util.make_position_params()
end

local function diagnostics()
  return vim.tbl_map(function(found)
    return { line = found.lnum, column = found.col, severity = found.severity, code = found.code, message = found.message }
  end, vim.diagnostic.get(0))
end

--- The names of what paints the character at a place: captures of the parser where there is an API for them.
local function painted(text)
  local line, column = place(text)
  if vim.treesitter.get_captures_at_pos then
    return vim.tbl_map(function(capture)
      return capture.capture
    end, vim.treesitter.get_captures_at_pos(0, line, column))
  end
  local query = vim.treesitter.get_query("quell", "highlights")
  local tree = vim.treesitter.get_parser(0, "quell"):parse()[1]
  local found = {}
  for id, node in query:iter_captures(tree:root(), 0, line, line + 1) do
    local from_line, from_column = node:range()
    if from_line == line and from_column == column then
      table.insert(found, query.captures[id])
    end
  end
  return found
end

local steps = {}

function steps.install()
  assert(require("quell.treesitter").install(), vim.inspect(messages))
  out.messages = messages
end

function steps.missing()
  vim.cmd("edit " .. vim.env.PROJECT .. "/rules/render.quell")
  vim.cmd("edit " .. vim.env.PROJECT .. "/lib/fleet.quell")
  vim.wait(300)
  out.messages = messages
end

-- The types of the tokens at a place, as the server answers: an older Neovim asks for none by itself.
local function tokens_at(row, column)
  local legend = client().server_capabilities.semanticTokensProvider.legend.tokenTypes
  local document = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local data = request("textDocument/semanticTokens/full", document).data
  local found, line, start = {}, 0, 0
  for at = 1, #data, 5 do
    local down, right, length, kind = unpack(data, at, at + 3)
    start = (down == 0 and start or 0) + right
    line = line + down
    if line == row and start <= column and column < start + length then
      table.insert(found, legend[kind + 1])
    end
  end
  return found
end

function steps.use()
  vim.cmd("edit " .. vim.env.PROJECT .. "/rules/render.quell")
  out.filetype = vim.bo.filetype
  wait("the server", client)
  -- A value that does not last.
  local function fleeting()
    return vim.tbl_filter(function(found)
      return found.code == "ephemeral-value"
    end, vim.diagnostic.get(0))[1]
  end
  local warned = wait("the warning", fleeting)
  out.diagnostics = diagnostics()

  go("@process.user")
  local hover = request("textDocument/hover", position())
  out.hover = hover and hover.contents.value

  -- Completion of an attribute, on a line of its own.
  local line = place("@process.user")
  vim.api.nvim_buf_set_lines(0, line, line, false, { "    @process.parent.us" })
  vim.api.nvim_win_set_cursor(0, { line + 1, 22 })
  local completion = request("textDocument/completion", position())
  out.completion = vim.tbl_map(function(item)
    return item.label
  end, completion.items or completion)
  vim.api.nvim_buf_set_lines(0, line, line + 1, false, {})

  -- The quick fix of the warning.
  local before = lines()
  local range = {
    start = { line = warned.lnum, character = warned.col },
    ["end"] = { line = warned.end_lnum, character = warned.end_col },
  }
  -- What Neovim keeps of what the server sent differs by version.
  local plain = { range = range, message = warned.message, code = warned.code, severity = warned.severity }
  local parameters = {
    textDocument = vim.lsp.util.make_text_document_params(0),
    range = range,
    context = { only = { "quickfix" }, diagnostics = { plain } },
  }
  local actions = request("textDocument/codeAction", parameters)
  out.actions = vim.tbl_map(function(action)
    return action.title
  end, actions)
  local action = actions[1]
  if action.edit == nil then
    action = request("codeAction/resolve", action)
  end
  vim.lsp.util.apply_workspace_edit(action.edit, client().offset_encoding)
  assert(not vim.deep_equal(lines(), before), "the quick fix changed nothing")
  out.fixed = lines()[warned.lnum + 1]
  wait("no warning", function()
    return #vim.diagnostic.get(0) == 0
  end)

  -- A `let` has another name in both files.
  go("$web-hosts", 3)
  vim.lsp.buf.rename("front-hosts")
  wait("rename", function()
    return vim.fn.search("front-hosts", "nw") > 0
  end)
  vim.cmd("silent wall")
  out.renamed = vim.fn.readfile(vim.env.PROJECT .. "/lib/fleet.quell")

  -- Written: laid out. `wall` wrote the file that was open.
  out.written = vim.fn.readfile(vim.env.PROJECT .. "/rules/render.quell")

  go("$front-hosts")
  local row, column = place("$front-hosts")
  if vim.lsp.semantic_tokens then
    local tokens = wait("semantic tokens", function()
      local found = vim.lsp.semantic_tokens.get_at_pos(0, row, column)
      return found and #found > 0 and found
    end)
    out.semantic = vim.tbl_map(function(token)
      return token.type
    end, tokens)
  else
    out.semantic = tokens_at(row, column)
  end

  vim.treesitter.get_parser(0, "quell"):parse()
  out.treesitter = {
    suppress = painted("suppress"),
    attribute = painted("@process.user"),
    owner = painted("owner"),
  }
end

local done, message = pcall(function()
  steps[vim.env.STEP]()
end)
out.ok, out.error = done, not done and tostring(message) or nil
out.notified = messages
vim.fn.writefile({ (vim.json and vim.json.encode or vim.fn.json_encode)(out) }, vim.env.RESULT)
if vim.env.STEP == "use" then
  vim.fn.writefile(vim.fn.split(vim.fn.execute("checkhealth quell") .. table.concat(lines(), "\n"), "\n"), vim.env.RESULT .. ".health")
end
for _, running in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
  vim.lsp.stop_client(running.id, true)
end
vim.wait(100)
vim.cmd(done and "qa!" or "cq!")
