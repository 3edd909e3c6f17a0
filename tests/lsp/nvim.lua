-- Drives the server from Neovim, and prints what an editor would show, as JSON.
local root, python = vim.env.ROOT, vim.env.PYTHON
local said = {}

local client = vim.lsp.start_client({
  name = 'meshctl',
  cmd = { python, '-m', 'meshctl', 'lsp', '--stdio' },
  root_dir = root,
  workspace_folders = { { uri = vim.uri_from_fname(root), name = 'town' } },
})
vim.cmd('edit ' .. root .. '/routes.yaml')
local buffer = vim.api.nvim_get_current_buf()
vim.lsp.buf_attach_client(buffer, client)

local function codes()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(found, string.format('%d %s', one.lnum + 1, one.code or one.user_data.lsp.code))
  end
  table.sort(found)
  return found
end

local function wait(done)
  return vim.wait(60000, done, 20)
end

local function ask(method, line, character)
  local answers = vim.lsp.buf_request_sync(buffer, method, {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    position = { line = line, character = character },
    range = { start = { line = line, character = 0 }, ['end'] = { line = line, character = 0 } },
    context = { diagnostics = {} },
  }, 60000)
  return answers and answers[client] and answers[client].result
end

wait(function() return #codes() > 0 end)
said.first = codes()
local port = tonumber(vim.env.LINE)
said.hover = ask('textDocument/hover', port, tonumber(vim.env.COLUMN)).contents.value
local place = ask('textDocument/definition', port, tonumber(vim.env.COLUMN))[1]
said.definition = vim.fn.fnamemodify(vim.uri_to_fname(place.uri), ':t') .. ':' .. place.range.start.line + 1
local action
for _, offered in ipairs(ask('textDocument/codeAction', port, 0)) do
  if vim.startswith(offered.title, 'Ignore') then action = offered end
end
said.action = action.title
vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
wait(function() return #codes() == 0 end)
said.after = codes()
said.text = vim.api.nvim_buf_get_lines(buffer, port, port + 1, false)[1]
io.stdout:write(vim.fn.json_encode(said))
vim.cmd('qall!')
