// What assets/js/editor.js uses of CodeMirror, and nothing more: esbuild leaves out the rest.
export { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, ViewPlugin, highlightSpecialChars, keymap } from "@codemirror/view";
export { history, historyKeymap, standardKeymap } from "@codemirror/commands";
export { autocompletion, startCompletion } from "@codemirror/autocomplete";
export { search, searchKeymap } from "@codemirror/search";
export { lintKeymap, setDiagnostics } from "@codemirror/lint";
