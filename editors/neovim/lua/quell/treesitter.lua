--- The tree-sitter parser: built with the C compiler that is there, with the queries beside it.

local M = {}

--- The folder of the grammar: what the options say, else the one of the repository that this plugin is in.
local function grammar()
  local here = debug.getinfo(1, "S").source:sub(2)
  -- The plugin may be a link into the repository.
  local plugin = vim.fn.fnamemodify(vim.loop.fs_realpath(here), ":h:h:h")
  return require("quell").options.grammar or vim.fn.fnamemodify(plugin, ":h:h") .. "/grammar/tree-sitter"
end

local function site()
  return vim.fn.stdpath("data") .. "/site"
end

--- Whether Neovim finds the parser and the queries.
function M.installed()
  local parser = #vim.api.nvim_get_runtime_file("parser/quell.so", false) > 0
  return parser and #vim.api.nvim_get_runtime_file("queries/quell/highlights.scm", false) > 0
end

--- Highlights a buffer, if the parser is there.
function M.start(buffer)
  if not M.installed() then
    return
  end
  if vim.treesitter.start then
    vim.treesitter.start(buffer, "quell")
    return
  end
  -- Before 0.8 the highlighter has to be made by hand.
  local ok, parser = pcall(vim.treesitter.get_parser, buffer, "quell")
  if ok then
    vim.treesitter.highlighter.new(parser, {})
  end
end

--- Builds the parser into the user's data folder and copies the queries there.
--- @return boolean done
function M.install()
  local from = grammar()
  if not vim.loop.fs_stat(from .. "/src/parser.c") then
    vim.notify("quell: no grammar in " .. from .. "; set the option `grammar`", vim.log.levels.ERROR)
    return false
  end
  local compiler = vim.env.CC or vim.tbl_filter(function(name)
    return vim.fn.executable(name) == 1
  end, { "cc", "gcc", "clang" })[1]
  if not compiler then
    vim.notify("quell: a C compiler is needed to build the parser", vim.log.levels.ERROR)
    return false
  end
  vim.fn.mkdir(site() .. "/parser", "p")
  vim.fn.mkdir(site() .. "/queries/quell", "p")
  -- Written beside and renamed: a parser that is in use must not change under Neovim.
  local fresh = site() .. "/parser/quell.so.new"
  local said = vim.fn.system({
    compiler, "-std=c11", "-O2", "-fPIC", "-shared", "-I", from .. "/src",
    from .. "/src/parser.c", from .. "/src/scanner.c", "-o", fresh,
  })
  if vim.v.shell_error ~= 0 then
    vim.notify("quell: the parser was not built:\n" .. said, vim.log.levels.ERROR)
    return false
  end
  vim.loop.fs_rename(fresh, site() .. "/parser/quell.so")
  for _, query in ipairs(vim.fn.glob(from .. "/queries/*.scm", false, true)) do
    local name = vim.fn.fnamemodify(query, ":t")
    vim.fn.writefile(vim.fn.readfile(query), site() .. "/queries/quell/" .. name)
  end
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == "quell" then
      M.start(buffer)
    end
  end
  vim.notify("quell: the parser is installed", vim.log.levels.INFO)
  return true
end

return M
