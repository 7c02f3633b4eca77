// What the editor of the query page is made from.
export { EditorState, Compartment } from '@codemirror/state';
export {
  EditorView, keymap, lineNumbers, drawSelection, highlightSpecialChars, highlightActiveLine,
} from '@codemirror/view';
export { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
export {
  StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting, HighlightStyle,
} from '@codemirror/language';
export {
  autocompletion, completionKeymap, closeBrackets, closeBracketsKeymap, insertCompletionText, pickedCompletion,
} from '@codemirror/autocomplete';
export { linter, lintKeymap, setDiagnostics, forceLinting, nextDiagnostic } from '@codemirror/lint';
export { searchKeymap } from '@codemirror/search';
export { sparql } from '@codemirror/legacy-modes/mode/sparql';
export { tags } from '@lezer/highlight';
