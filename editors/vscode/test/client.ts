// Stands for the language client, which needs all of VS Code to be loaded.
export class LanguageClient {}
