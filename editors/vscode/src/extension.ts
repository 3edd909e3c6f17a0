// Starts `meshctl lsp` for the folders of the window; everything else is the server's.
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("meshctl.restart", restart),
    vscode.commands.registerCommand("meshctl.showOutput", () => client?.outputChannel.show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("meshctl.path") || event.affectsConfiguration("meshctl.args")) {
        await restart();
      } else if (event.affectsConfiguration("meshctl")) {
        await client?.sendNotification("workspace/didChangeConfiguration", { settings: { meshctl: settings() } });
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const command = program();
  const args = ["lsp", ...configuration().get<string[]>("args", [])];
  const server: ServerOptions = { command, args };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "yaml" },
      { scheme: "file", language: "helm" },
      { scheme: "file", language: "json", pattern: "**/*.json" },
    ],
    initializationOptions: settings(),
  };
  const started = new LanguageClient("meshctl", "meshctl", server, options);
  client = started;
  try {
    await started.start();
  } catch (error) {
    client = undefined;
    await explain(command, error);
  }
}

// The program of the settings, of the folder's own environment, or the one on PATH.
export function program(): string {
  const chosen = configuration().get<string>("path", "");
  if (chosen) {
    return chosen;
  }
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    for (const inside of [".venv/bin/meshctl", ".venv/Scripts/meshctl.exe"]) {
      const found = path.join(folder.uri.fsPath, inside);
      if (fs.existsSync(found)) {
        return found;
      }
    }
  }
  return "meshctl";
}

export function settings(): Record<string, unknown> {
  const known = configuration();
  return {
    config: known.get<string>("config") || undefined,
    defaultNamespace: known.get<string>("defaultNamespace") || undefined,
    wholeMesh: known.get<boolean>("wholeMesh") || undefined,
    render: known.get<string>("render") || undefined,
    docsUrl: known.get<string>("docsUrl") || undefined,
    validateSchema: known.get<boolean>("validateSchema", true),
  };
}

function configuration(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("meshctl");
}

async function explain(command: string, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const chosen = await vscode.window.showErrorMessage(
    `${command} lsp cannot be started: ${reason}. Install meshctl with its extra lsp, or set meshctl.path.`,
    "Open settings",
  );
  if (chosen) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "meshctl.path");
  }
}
