--- Where a binary is: where the options say, else on PATH or where Cargo installs.

local M = {}

--- @param name string "quell" or "quell-lsp"
--- @return string|nil path nil if it is nowhere
function M.find(name)
  local options = require("quell").options
  local wanted = name == "quell" and options.quell or options.server
  if type(wanted) == "table" then
    wanted = wanted[1]
  end
  -- An option that names nothing is a mistake to be told, not to be worked around.
  if wanted then
    local path = vim.fn.exepath(vim.fn.expand(wanted))
    return path ~= "" and path or nil
  end
  local path = vim.fn.exepath(name)
  if path ~= "" then
    return path
  end
  local cargo = (vim.env.CARGO_HOME or vim.fn.expand("~/.cargo")) .. "/bin/" .. name
  return vim.fn.executable(cargo) == 1 and cargo or nil
end

local told = {}

--- Says once that a binary is missing, and how to get it.
--- @param name string
function M.missing(name)
  if told[name] then
    return
  end
  told[name] = true
  local text = "quell: the program " .. name .. " was not found; `:help quell-install` says how to get it"
  vim.notify(text, vim.log.levels.ERROR)
end

return M
