-- What an editor does in a `.quell` file before any server answers.

if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "# %s"
vim.bo.comments = "b:##,b:#"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
-- Lines of comments wrap, lines of a rule do not; Enter and `o` go on with a comment.
vim.opt_local.formatoptions:remove("t")
vim.opt_local.formatoptions:append("croql")
vim.bo.indentexpr = "v:lua.require'quell.indent'.get()"
vim.bo.indentkeys = "0},0),0],!^F,o,O"
vim.b.undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< formatoptions< indentexpr< indentkeys<"

local buffer = vim.api.nvim_get_current_buf()
require("quell.treesitter").start(buffer)
require("quell.server").start(buffer)
