// What the extension asks of VS Code, in a test: settings, folders, commands.
export const known: Record<string, unknown> = {};
export const folders: { uri: { fsPath: string } }[] = [];
export const commands = { registerCommand: () => ({ dispose: () => undefined }), executeCommand: async () => undefined };
export const window = { showErrorMessage: async () => undefined };
export const workspace = {
  get workspaceFolders() {
    return folders;
  },
  getConfiguration: () => ({ get: (name: string, otherwise?: unknown) => known[name] ?? otherwise }),
  onDidChangeConfiguration: () => ({ dispose: () => undefined }),
};
