// What changes the document. All text goes in as text nodes: names, statements and errors come from elsewhere and may look like markup.

/**
 * A new element. `props`: class, text, on (handlers by event), bidi (isolate text from elsewhere), data (data-* by name); all else is an attribute.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null | undefined)} children
 * @returns {any}
 */
export function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (value === undefined || value === null || value === false) {
            continue;
        }
        if (name === 'class') {
            node.className = value;
        } else if (name === 'text') {
            node.textContent = value;
        } else if (name === 'on') {
            for (const [event, handler] of Object.entries(value)) {
                node.addEventListener(event, handler);
            }
        } else if (name === 'data') {
            Object.assign(node.dataset, value);
        } else {
            node.setAttribute(name, value === true ? '' : String(value));
        }
    }
    for (const child of children) {
        if (child !== null && child !== undefined) {
            node.append(child);
        }
    }
    return node;
}

/** Text from elsewhere: kept apart from the text around it, so that right-to-left marks in it cannot turn the line over. */
export const foreign = (text, props = {}) => el('bdi', { text: text ?? '', ...props });

/** @param {Node} node @param {string} text */
export function setText(node, text) {
    const only = node.firstChild;
    if (only !== null && only.nodeType === Node.TEXT_NODE && only.nextSibling === null) {
        if (only.nodeValue !== text) {
            only.nodeValue = text; // Keeps the node: textContent would make a new one, which costs style and layout on 200 rows.
        }
    } else if (node.textContent !== text) {
        node.textContent = text;
    }
}

/** @param {Element} node @param {string} name @param {string | number | null | undefined} value */
export function setAttribute(node, name, value) {
    if (value === null || value === undefined) {
        if (node.hasAttribute(name)) {
            node.removeAttribute(name);
        }
    } else if (node.getAttribute(name) !== String(value)) {
        node.setAttribute(name, String(value));
    }
}

/** A number (or word) of the data: the text for people, `data-value` for machines. */
export function setField(node, value, text) {
    setAttribute(node, 'data-value', value ?? null);
    setText(node, text);
}

/** An element that holds one field of the data; see `setField`. */
export const field = (name, tag = 'span', props = {}) => el(tag, { ...props, data: { field: name } });

/** @type {WeakMap<Element, Map<any, any>>} */
const keyedChildren = new WeakMap();

/**
 * Makes the children of `parent` follow `items`: one node a key, kept while the key stays, moved only where the order changed.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => any} keyOf
 * @param {(item: T) => { node: any, update: (item: T) => void, dispose?: () => void }} create
 */
export function keyed(parent, items, keyOf, create) {
    const before = keyedChildren.get(parent) ?? new Map();
    const after = new Map();
    const focused = document.activeElement;
    for (const item of items) {
        let key = keyOf(item);
        while (after.has(key)) {
            key = `${key}\u0000`; // Two of a key must not hide one another: a file that was opened may hold anything.
        }
        const row = before.get(key) ?? create(item);
        before.delete(key);
        row.update(item);
        after.set(key, row);
    }
    for (const row of before.values()) {
        row.dispose?.();
        row.node.remove();
    }
    let next = parent.firstElementChild;
    for (const row of after.values()) {
        if (row.node === next) {
            next = row.node.nextElementSibling;
        } else {
            parent.insertBefore(row.node, next);
        }
    }
    keyedChildren.set(parent, after);
    if (focused !== document.activeElement && focused instanceof HTMLElement && parent.contains(focused)) {
        focused.focus({ preventScroll: true }); // A moved node loses the focus, which keyboard users need.
    }
    return after;
}
