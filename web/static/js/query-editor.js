// The editor in the place of the text field: colours, completion, and the engine's opinion while one types.
import { completions } from './query-completion.js';

const CHECK_PAUSE = 500;

/**
 * Puts an editor into `parent`. `library` is vendor/codemirror.js; `said(fault, text)` is told what is
 * wrong with a text, or undefined. Returns {text(), set(text), focus(), show(fault)}.
 */
export function openEditor(library, { parent, text, nonce, prefixes, run, said }) {
  const { EditorState, EditorView, keymap, linter } = library;
  const check = async (view) => {
    const checkedText = view.state.doc.toString();
    const fault = await checked(checkedText);
    said(fault, checkedText);
    return fault ? [marked(view.state.doc, fault)] : [];
  };
  const extensions = [
    EditorView.cspNonce.of(nonce),
    library.lineNumbers(), library.history(), library.highlightSpecialChars(),
    library.bracketMatching(), library.closeBrackets(), library.indentOnInput(),
    library.StreamLanguage.define(library.sparql),
    library.syntaxHighlighting(colours(library)),
    library.autocompletion({ override: [completions(prefixes)] }),
    linter(check, { delay: CHECK_PAUSE }),
    keymap.of([
      { key: 'Mod-Enter', run: () => { run(); return true; } },
      ...library.closeBracketsKeymap, ...library.completionKeymap, ...library.lintKeymap,
      ...library.historyKeymap, ...library.searchKeymap, ...library.defaultKeymap, library.indentWithTab,
    ]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      'aria-label': 'Query. Press Escape, then Tab, to leave the editor.', spellcheck: 'false', autocapitalize: 'off',
    }),
    theme(library),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  return {
    text: () => view.state.doc.toString(),
    set: (doc) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: doc } }),
    focus: () => view.focus(),
    show: (fault) => {
      const mark = marked(view.state.doc, fault);
      view.dispatch(library.setDiagnostics(view.state, [mark]), { selection: { anchor: mark.from }, scrollIntoView: true });
    },
  };
}

/** What the engine says of a query: {line, column, length, message}; undefined if it is well-formed or nobody knows. */
export async function checked(text) {
  if (!text.trim()) return undefined;
  try {
    const response = await fetch('/api/check', { method: 'POST', body: new URLSearchParams({ query: text }) });
    if (!response.ok) return undefined;
    const answer = await response.json();
    return answer.ok ? undefined : answer;
  } catch {
    return undefined;
  }
}

/** A fault as the editor marks it; places are in characters there and in UTF-16 units here. */
function marked(doc, { line, column, length, message }) {
  if (!line || line > doc.lines) return { from: 0, to: 0, severity: 'error', message };
  const found = doc.line(line);
  const characters = [...found.text];
  const from = found.from + characters.slice(0, column - 1).join('').length;
  const to = Math.min(found.to, from + characters.slice(column - 1, column - 1 + length).join('').length);
  return { from, to: Math.max(from, to), severity: 'error', message };
}

function colours({ HighlightStyle, tags }) {
  return HighlightStyle.define([
    { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
    { tag: [tags.variableName, tags.special(tags.variableName)], color: 'var(--variable)' },
    { tag: [tags.string, tags.number, tags.bool], color: 'var(--literal)' },
    { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
    { tag: [tags.atom, tags.meta, tags.standard(tags.variableName)], color: 'var(--ink)' },
  ]);
}

function theme({ EditorView }) {
  return EditorView.theme({
    '&': { backgroundColor: 'var(--panel)', color: 'var(--ink)', border: '1px solid var(--muted)', borderRadius: '3px', fontSize: '0.875rem' },
    '&.cm-focused': { outline: '3px solid var(--focus)', outlineOffset: '2px' },
    '.cm-content': { fontFamily: 'var(--mono)', lineHeight: '1.5', caretColor: 'var(--ink)', minHeight: '14rem' },
    '.cm-scroller': { fontFamily: 'var(--mono)', maxHeight: '60vh' },
    '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--muted)', borderRight: '1px solid var(--line)' },
    '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--fault)', textUnderlineOffset: '3px' },
    '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--ink)', border: '1px solid var(--muted)', maxWidth: 'min(36rem, 90vw)' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--paper)' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail': { color: 'var(--paper)' },
    '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
    '.cm-completionIcon': { opacity: '1' },
    '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--ink)' },
    '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--line)' },
    '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--line)' },
  });
}
