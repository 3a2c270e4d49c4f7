--- Quell in Neovim. Nothing has to be called: `setup` is for those who want it otherwise.

local M = {}

M.options = {
  --- The language server, a path or a list of words; found if nil.
  server = nil,
  --- The command line; found if nil.
  quell = nil,
  --- Whether a file is laid out when it is written.
  format_on_save = true,
  --- What `:QuellCompile` shows without an argument.
  target = "datadog",
  --- The folder of the tree-sitter grammar; nil is the one beside this plugin.
  grammar = nil,
}

--- @param options table|nil any of the options above
function M.setup(options)
  M.options = vim.tbl_extend("force", M.options, options or {})
  require("quell.server").enable()
end

return M
