// Tabs by the ARIA pattern: one of them is in the order of focus, arrow keys go from one to the next.
// Spec: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
import { element } from './dom.js';

export class Tabs {
  /** `views`: {name, title, show(panel)}; `show` is called when a tab is chosen for the first time. */
  constructor(label, views, chosen) {
    this.views = views;
    this.chosen = chosen;
    this.buttons = views.map(({ name, title }) => element('button', {
      type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, onclick: () => this.choose(name),
    }, title));
    this.panels = views.map(({ name }) => element('div', {
      role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, hidden: true,
    }));
    const list = element('div', { role: 'tablist', 'aria-label': label, onkeydown: (event) => this.move(event) }, ...this.buttons);
    this.node = element('div', { class: 'tabs' }, list, ...this.panels);
  }

  choose(name, isQuiet = false) {
    const at = Math.max(0, this.views.findIndex((view) => view.name === name));
    this.buttons.forEach((button, each) => {
      button.setAttribute('aria-selected', String(each === at));
      button.tabIndex = each === at ? 0 : -1;
      this.panels[each].hidden = each !== at;
    });
    const view = this.views[at];
    if (!view.isShown) {
      view.isShown = true;
      view.show(this.panels[at]);
    }
    if (!isQuiet) this.chosen(view.name);
  }

  move(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -this.views.length, End: this.views.length };
    if (!(event.key in steps)) return;
    const count = this.views.length;
    const now = this.buttons.indexOf(document.activeElement);
    const step = steps[event.key];
    const next = Math.abs(step) === 1 ? (now + step + count) % count : step < 0 ? 0 : count - 1;
    this.buttons[next].focus();
    this.choose(this.views[next].name);
    event.preventDefault();
  }
}
