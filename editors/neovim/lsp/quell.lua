-- For `vim.lsp.config`: Neovim 0.11 and newer read this file.
return require("quell.server").config()
