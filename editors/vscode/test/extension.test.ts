import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { program, settings } from "../src/extension";
import { folders, known } from "./vscode";

test("the program is that of the settings, of the folder, or the one on PATH", () => {
  assert.equal(program(), "meshctl");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "meshctl-"));
  const own = path.join(folder, ".venv", "bin", "meshctl");
  fs.mkdirSync(path.dirname(own), { recursive: true });
  fs.writeFileSync(own, "");
  folders.push({ uri: { fsPath: folder } });
  assert.equal(program(), own);
  known.path = "/opt/meshctl";
  assert.equal(program(), "/opt/meshctl");
  fs.rmSync(folder, { recursive: true });
});

test("settings that are empty are not sent", () => {
  Object.assign(known, { config: "", wholeMesh: true, validateSchema: false });
  const sent = JSON.parse(JSON.stringify(settings()));
  assert.deepEqual(sent, { wholeMesh: true, validateSchema: false });
});
