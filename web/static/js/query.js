// The query page: puts the editor in the place of the text field, runs queries, and shows what comes back.
import { counted, element } from './dom.js';
import { mendings } from './prefix-mending.js';
import { checked, openEditor } from './query-editor.js';
import { QueryHistory } from './query-history.js';
import { QueryResult } from './query-result.js';
import { readResults } from './results-reader.js';
import { Names } from './terms.js';

const ACCEPT = 'application/sparql-results+json, application/n-triples;q=0.9, text/plain;q=0.1';
const LONGEST_ADDRESS = 8000;

const byId = (id) => document.getElementById(id);

class QueryPage {
  constructor() {
    const { endpoint, kept, addresses } = byId('query-page').dataset;
    this.endpoint = endpoint;
    this.kept = JSON.parse(kept);
    this.addresses = JSON.parse(addresses);
    this.form = byId('query-form');
    this.field = byId('query');
    this.status = byId('status');
    this.view = new URLSearchParams(location.search).get('view');
  }

  async open() {
    const response = await fetch('/api/prefixes');
    this.prefixes = response.ok ? await response.json() : {};
    this.names = new Names(this.prefixes, this.kept);
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.run();
    });
    byId('cancel').addEventListener('click', () => this.abort?.abort());
    this.listenToFilter();
    await this.replaceField();
    this.history = new QueryHistory(byId('history'), (text) => {
      this.editor.set(text);
      this.editor.focus();
    });
    window.addEventListener('popstate', () => location.reload());
    document.documentElement.dataset.ready = 'query';
    if (new URLSearchParams(location.search).has('query')) await this.run(true);
  }

  async replaceField() {
    const library = await import(this.addresses.editor);
    const nonce = document.querySelector('script[nonce]').nonce;
    this.editor = openEditor(library, {
      parent: byId('editor'), text: this.field.value, nonce, prefixes: this.prefixes,
      run: () => this.run(), said: (fault, text) => this.say(fault, text),
    });
    this.field.hidden = true;
    this.field.required = false;
    byId('query-label').addEventListener('click', () => this.editor.focus());
    document.querySelector('.keys').hidden = false;
  }

  listenToFilter() {
    const filter = byId('example-filter');
    filter.closest('p').hidden = false;
    filter.addEventListener('input', () => {
      const wanted = filter.value.trim().toLowerCase();
      for (const item of document.querySelectorAll('.examples li')) {
        item.hidden = !`${item.textContent} ${item.dataset.name}`.toLowerCase().includes(wanted);
      }
    });
  }

  /** The address of this page, or another path, with parameters; in the view of this page. */
  address(parameters, path = '/query') {
    return `${path}?${new URLSearchParams({ ...parameters, ...this.kept })}`;
  }

  /** Send a query to the endpoint; `more` are other parameters. */
  ask(text, headers, signal, more = {}) {
    const parameters = new URLSearchParams({ query: text, ...more });
    const address = `${this.endpoint}?${parameters}`;
    return address.length < LONGEST_ADDRESS
      ? fetch(address, { headers, signal })
      : fetch(this.endpoint, { method: 'POST', body: parameters, headers, signal });
  }

  /** What a response that is no answer says. */
  problemOf(response) {
    return problemOf(response);
  }

  /** Say what the engine has against the query as it stands. */
  say(fault, text) {
    this.judged = { fault, text };
    const ways = fault?.prefix === undefined ? [] : mendings(fault.prefix, this.prefixes);
    byId('problem').replaceChildren(fault ? told(fault) : '', ...ways.flatMap(({ name, mend }) => [' ', element('button', {
      type: 'button', class: 'plain', onclick: () => {
        this.editor.set(mend(this.editor.text()));
        this.editor.focus();
      },
    }, name)]));
  }

  /** Somebody has chosen a way to look at the result. */
  chosen(view) {
    this.view = view;
    this.remember('replaceState');
  }

  remember(how) {
    const receipts = byId('receipts').checked ? { receipts: 1 } : {};
    const view = this.view && this.view !== 'table' ? { view: this.view } : {};
    history[how](null, '', this.address({ query: this.asked.text, ...receipts, ...view }));
  }

  async run(isFirst = false) {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.asked = { text: this.editor.text(), receipts: byId('receipts').checked };
    if (!this.asked.text.trim()) return;
    this.field.value = this.asked.text;
    if (!isFirst) {
      this.view = null;
      this.remember('pushState');
    }
    this.busy(true);
    try {
      await this.answer(abort.signal);
    } catch (error) {
      if (this.abort === abort) this.failed(error, abort.signal.aborted);
    } finally {
      if (this.abort === abort) this.busy(false);
    }
  }

  /** What is wrong with the query; it is not asked again where the editor knows. */
  async faultOf(text) {
    if (this.judged?.text !== text) this.say(await checked(text), text);
    return this.judged.fault;
  }

  async answer(signal) {
    const fault = await this.faultOf(this.asked.text);
    if (fault) {
      this.show(told(fault));
      this.editor.show(fault);
      return;
    }
    const began = performance.now();
    const response = await this.ask(this.asked.text, { Accept: ACCEPT }, signal);
    if (!response.ok) {
      this.show(await problemOf(response));
      return;
    }
    const result = new QueryResult(this, this.asked);
    byId('answer').replaceChildren();
    byId('views').replaceChildren(result.node);
    let taken = 0;
    const answer = await readResults(response, (rows) => {
      taken += rows.length;
      this.status.textContent = `${counted(taken, 'row')} so far…`;
      result.take(rows);
    });
    const took = performance.now() - began;
    await result.end(answer, this.view);
    this.status.textContent = result.status(took);
    this.history.note(this.asked.text, answer.form === 'ask' ? undefined : answer.count);
  }

  failed(error, isAborted) {
    const partly = byId('views').hasChildNodes() ? ' What is shown is not all of it.' : '';
    if (isAborted) this.status.textContent = `Cancelled.${partly}`;
    else this.show(`The answer was cut off: it took too long, or the connection broke.${partly} Ask for less, or add a LIMIT.`, partly);
    if (!isAborted && !(error instanceof TypeError)) console.error(error);
  }

  show(sentence, isKept) {
    if (!isKept) byId('views').replaceChildren();
    this.status.textContent = '';
    byId('answer').replaceChildren(element('p', { class: 'fault', role: 'alert' }, sentence));
  }

  busy(isBusy) {
    byId('result-title').hidden = false;
    byId('cancel').hidden = !isBusy;
    byId('result').setAttribute('aria-busy', String(isBusy));
    if (isBusy) this.status.textContent = 'Asking…';
  }
}

function told({ message, line, column }) {
  return line ? `Line ${line}, column ${column}: ${message}` : message;
}

async function problemOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).detail ?? text;
  } catch {
    return text.trim() || `The server answered ${response.status}.`;
  }
}

await new QueryPage().open();
