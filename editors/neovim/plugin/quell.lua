-- The commands, and the server where Neovim starts servers by itself.

if vim.g.loaded_quell or vim.fn.has("nvim-0.7") == 0 then
  return
end
vim.g.loaded_quell = 1

require("quell.server").enable()

local function command(name, action, options)
  vim.api.nvim_create_user_command(name, action, options)
end

command("QuellCompile", function(arguments)
  require("quell.cli").compile(arguments.args)
end, {
  nargs = "?",
  complete = function()
    return { "rules", "datadog", "terraform", "filters" }
  end,
  desc = "Show the JSON that this file compiles to",
})
command("QuellTest", function()
  require("quell.cli").show({ "test" }, "text")
end, { desc = "Run the tests of the project" })
command("QuellReplay", function(arguments)
  require("quell.cli").show({ "replay", arguments.args }, "text")
end, { nargs = 1, complete = "file", desc = "Replay a file of events" })
command("QuellSuggest", function(arguments)
  require("quell.cli").show({ "suggest", arguments.args }, "quell")
end, { nargs = 1, complete = "file", desc = "Suggest a rule from an event" })
command("QuellRestart", function()
  require("quell.server").restart()
end, { desc = "Restart the language server" })
command("QuellLog", function()
  vim.cmd("tabedit " .. vim.fn.fnameescape(vim.lsp.get_log_path()))
end, { desc = "Open the log of the language server" })
command("QuellInstallParser", function()
  require("quell.treesitter").install()
end, { desc = "Build the tree-sitter parser" })
