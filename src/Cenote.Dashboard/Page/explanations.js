// The documentation of a finding. It comes with the application, because the documentation may be out of reach.
import { el } from './dom.js';

/** @type {Promise<string> | null} */ let loading = null;

function load() {
    loading ??= fetch(new URL('assets/help/monitoring.md', document.baseURI)).then(response => {
        if (!response.ok) {
            throw new Error(`${response.status}`);
        }
        return response.text();
    });
    loading.catch(() => (loading = null));
    return loading;
}

/** Code, bold and links; addresses of other pages are left out. @param {string} text */
function inline(text) {
    return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map(part => {
        if (part.startsWith('`')) {
            return el('code', { text: part.slice(1, -1) });
        }
        if (part.startsWith('**')) {
            return el('strong', { text: part.slice(2, -2) });
        }
        const link = /^\[([^\]]+)\]\(/.exec(part);
        return document.createTextNode(link === null ? part : link[1]);
    });
}

/** @param {string} text @param {string} anchor @returns {HTMLElement[]} empty when the section does not exist */
export function section(text, anchor) {
    const found = text
        .split(/^## /m)
        .slice(1)
        .find(part => part.split('\n', 1)[0].trim().toLowerCase().replaceAll(' ', '-') === anchor);
    if (found === undefined) {
        return [];
    }
    return found
        .slice(found.indexOf('\n'))
        .split(/\n\s*\n/)
        .map(block => block.trim())
        .filter(block => block !== '' && !/^[<|`]/.test(block))
        .map(block =>
            block.startsWith('- ')
                ? el('ul', {}, ...block.split(/\n- /).map(item => el('li', {}, ...inline(item.replace(/^- /, '').replaceAll('\n', ' ')))))
                : el('p', {}, ...inline(block.replaceAll('\n', ' '))),
        );
}

/** A part of a finding that opens to its documentation. @param {() => string} address of the documentation, whose anchor names the section */
export function createExplanation(address) {
    const body = el('div', {});
    const node = el('details', { class: 'explanation' }, el('summary', { text: 'More about this' }), body);
    node.addEventListener('toggle', async () => {
        if (!node.open || body.childElementCount > 0) {
            return;
        }
        const anchor = address().split('#')[1] ?? '';
        const parts = await load()
            .then(text => section(text, anchor))
            .catch(() => []);
        body.replaceChildren(...(parts.length > 0 ? parts : [el('p', {}, 'See ', el('code', { text: address() }), '.')]));
    });
    return node;
}
