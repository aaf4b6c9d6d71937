// Requests to the dashboard's own routes. Addresses are relative to the page: any path base works.

/** What the server answered instead of data: `title` and `detail` of its problem+json. */
export class ApiError extends Error {
    /** @param {number} status @param {string} title @param {string} detail */
    constructor(status, title, detail) {
        super(detail === '' ? title : `${title.replace(/[.:]$/, '')}: ${detail}`);
        this.status = status;
        this.title = title;
        this.detail = detail;
    }
}

/** @param {string} path @param {Record<string, string | number | null | undefined>} [query] */
export function address(path, query = {}) {
    const url = new URL(`api/${path}`, document.baseURI);
    url.hash = '';
    for (const [name, value] of Object.entries(query)) {
        if (value !== null && value !== undefined) {
            url.searchParams.set(name, String(value));
        }
    }
    return url.href;
}

async function read(response) {
    const type = response.headers.get('content-type') ?? '';
    if (response.ok && type.includes('json')) {
        return response.json();
    }
    if (response.ok) {
        // A login page of a proxy answers 200 with HTML: that is not data.
        throw new ApiError(
            response.status,
            'The server did not answer with data',
            'Reload the page; you may have to sign in again.',
        );
    }
    const problem = type.includes('json') ? await response.json().catch(() => ({})) : {};
    const detail = typeof problem.detail === 'string' ? problem.detail : '';
    const others = (Array.isArray(problem.problems) ? problem.problems : []).filter(
        text => typeof text === 'string' && !detail.includes(text),
    );
    throw new ApiError(
        response.status,
        String(problem.title ?? `The server answered ${response.status} ${response.statusText}`.trim()),
        [detail, ...others].filter(Boolean).join(' '),
    );
}

/** Data, or an ApiError, or (the server cannot be reached) a TypeError. @param {string} path @param {object} [query] @param {AbortSignal} [signal] */
export async function getJson(path, query, signal) {
    const limit = AbortSignal.timeout(10_000);
    return read(
        await fetch(address(path, /** @type {any} */ (query)), {
            cache: 'no-store',
            credentials: 'same-origin',
            headers: { accept: 'application/json' },
            signal: signal ? AbortSignal.any([signal, limit]) : limit,
        }),
    );
}

/** @param {any} session @param {object} body @returns {Promise<{ message: string }>} */
export async function postAction(session, body) {
    const headers = { 'accept': 'application/json', 'content-type': 'application/json' };
    if (session?.antiforgery) {
        headers[session.antiforgery.header] = session.antiforgery.token;
    }
    return read(
        await fetch(address('actions'), {
            method: 'POST',
            cache: 'no-store',
            credentials: 'same-origin',
            headers,
            body: JSON.stringify(body),
        }),
    );
}
