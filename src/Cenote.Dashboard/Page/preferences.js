// What the page remembers in this browser. Storage may be forbidden or full: then it is remembered until the page is closed.

/** @type {Map<string, string>} */
const unsaved = new Map();

/** @param {string} name @param {string} otherwise */
export function preference(name, otherwise) {
    try {
        return localStorage.getItem(`cenote.${name}`) ?? unsaved.get(name) ?? otherwise;
    } catch {
        return unsaved.get(name) ?? otherwise;
    }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
    unsaved.set(name, value);
    try {
        localStorage.setItem(`cenote.${name}`, value);
    } catch {
        // See above.
    }
}
