// A section of a view, with a heading that links can lead to.
import { el } from './dom.js';

/** @param {string} id @param {string} title @param {...(Node | string)} children */
export function createPanel(id, title, ...children) {
    const heading = el('h2', { id: `heading-${id}`, tabindex: '-1', text: title });
    const tools = el('div', { class: 'panel-tools' });
    const root = el(
        'section',
        { 'class': 'panel', 'aria-labelledby': `heading-${id}`, 'data': { panel: id } },
        el('div', { class: 'panel-head' }, heading, tools),
        ...children,
    );
    return {
        id,
        root,
        heading,
        tools,
        title,
        show() {
            root.scrollIntoView({ block: 'start' });
            heading.focus({ preventScroll: true });
        },
    };
}
