--- Indentation by brackets: two blanks for each that is open.

local M = {}

local function without_comment(line)
  return (line:gsub("%s#.*$", ""):gsub("^#.*$", ""))
end

--- For 'indentexpr'.
function M.get()
  local number = vim.v.lnum
  local above = vim.fn.prevnonblank(number - 1)
  if above == 0 then
    return 0
  end
  local indent = vim.fn.indent(above)
  if without_comment(vim.fn.getline(above)):match("[{(%[]%s*$") then
    indent = indent + vim.fn.shiftwidth()
  end
  if vim.fn.getline(number):match("^%s*[})%]]") then
    indent = indent - vim.fn.shiftwidth()
  end
  return math.max(indent, 0)
end

return M
