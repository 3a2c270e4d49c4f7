--- The command line, `quell`, run on what is open.

local binary = require("quell.binary")

local M = {}

local function split(lines, filetype)
  vim.cmd("botright vnew")
  local buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = filetype
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, silent = true })
end

--- Runs `quell`; gives its output, what it said beside it, and its status. Nil, and a message, without the binary.
local function run(arguments)
  local path = binary.find("quell")
  if not path then
    binary.missing("quell")
    return nil
  end
  local said = vim.fn.tempname()
  local words = vim.tbl_map(vim.fn.shellescape, vim.list_extend({ path }, arguments))
  local output = vim.fn.systemlist("NO_COLOR=1 " .. table.concat(words, " ") .. " 2>" .. vim.fn.shellescape(said))
  local status = vim.v.shell_error
  local beside = vim.fn.readfile(said)
  vim.fn.delete(said)
  return output, beside, status
end

--- Shows what this file compiles to. What is wrong goes to the quickfix list.
--- @param target string|nil a target of `quell compile`
function M.compile(target)
  if vim.bo.modified then
    vim.cmd("write")
  end
  if target == nil or target == "" then
    target = require("quell").options.target
  end
  local output, beside, status = run({ "compile", "--target", target, "--format", "short", vim.fn.expand("%:p") })
  if not output then
    return
  end
  if status ~= 0 then
    vim.fn.setqflist({}, " ", { title = "quell compile", lines = beside, efm = "%f:%l:%c: %t%*[a-z][%*[^]]]: %m,%-G%.%#" })
    vim.cmd("copen")
    return
  end
  split(output, "json")
end

--- Runs `quell` and shows what it prints.
function M.show(arguments, filetype)
  local output, beside = run(arguments)
  if output then
    split(#output > 0 and output or beside, filetype)
  end
end

return M
