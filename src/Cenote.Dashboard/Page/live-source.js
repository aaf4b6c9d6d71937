// Live data: server-sent events; when nothing streams, polling; when the tab is hidden, nothing at all.
import { address, ApiError, getJson } from './api.js';

const quietAfter = 5_000; // No batch for so long: streaming is blocked (a proxy that buffers) or the server is gone.
const pollEvery = 2_000;
const confirmEvery = 10_000; // The server gives the place of a viewer without confirmations to another viewer.
const streamAgainAfter = 60_000; // While the stream stays silent and polling works: the interval of new attempts.
const streamed = /** @type {const} */ ([
    ['overview', 'overview'],
    ['pool', 'pool'],
    ['replica-set', 'replicaSet'],
]);

/** @typedef {'connecting' | 'live' | 'reconnecting' | 'polling' | 'stopped' | 'paused'} ConnectionState */
/** @typedef {{ pool: string | null, replicaSet: string | null }} Watched */

export class LiveSource {
    /** @type {EventSource | null} */ #stream = null;
    /** @type {AbortController | null} */ #poll = null;
    /** @type {Watched} */ #watched = { pool: null, replicaSet: null };
    #running = false;
    #openedAt = 0;
    #streamedAt = -Infinity;
    #polledAt = -Infinity;
    #failures = 0;
    #reopen = 0;
    #confirmedAt = 0;
    /** @type {string | null} */ #seat = null;

    /** @param {{ batch: (batch: object) => void, state: (state: ConnectionState) => void, problem: (problem: ApiError, part: string) => void }} listener */
    constructor(listener) {
        this.listener = listener;
        setInterval(() => this.#watchdog(), 500);
        document.addEventListener('visibilitychange', () => (document.hidden ? this.stop('paused') : this.start()));
        // A browser cuts the stream of a page that it leaves or freezes: that is not a failure to show.
        addEventListener('pagehide', () => this.stop('paused'));
        addEventListener('pageshow', event => event.persisted && this.start());
        addEventListener('online', () => this.#running && this.#open());
    }

    /** What to send besides the overview. @param {Partial<Watched>} watched */
    watch({ pool = null, replicaSet = null }) {
        this.#watched = { pool, replicaSet };
        if (this.#running) {
            this.#open();
        }
    }

    start() {
        if (document.hidden) {
            this.listener.state('paused');
        } else if (!this.#running) {
            this.#running = true;
            this.listener.state(this.#streamedAt + this.#polledAt === -Infinity ? 'connecting' : 'reconnecting');
            this.#open();
        }
    }

    /** @param {ConnectionState} [state] what to show; nothing when something else shows its own */
    stop(state) {
        this.#close();
        if (this.#running && state !== undefined) {
            this.listener.state(state);
        }
        this.#running = false;
    }

    #close() {
        clearTimeout(this.#reopen);
        this.#stream?.close();
        this.#stream = null;
        this.#poll?.abort();
        this.#poll = null;
    }

    #open() {
        this.#close();
        this.#openedAt = performance.now();
        this.#seat = null;
        const stream = (this.#stream = new EventSource(address('stream', this.#watched)));
        stream.addEventListener('seat', message => {
            if (stream === this.#stream) {
                this.#seat = JSON.parse(message.data).id;
                this.#confirmedAt = performance.now();
            }
        });
        for (const [event, part] of streamed) {
            stream.addEventListener(event, message => {
                if (stream === this.#stream) {
                    this.#failures = 0;
                    this.#streamedAt = performance.now();
                    this.#poll?.abort();
                    this.#poll = null;
                    this.#confirm();
                    this.#deliver({ [part]: JSON.parse(message.data) }, 'live');
                }
            });
        }
        stream.addEventListener('error', () => stream === this.#stream && this.#lost());
    }

    #confirm() {
        if (this.#seat !== null && performance.now() - this.#confirmedAt > confirmEvery) {
            this.#confirmedAt = performance.now();
            // When it fails, the stream will show it.
            fetch(address('stream/seat', { id: this.#seat }), { method: 'POST', cache: 'no-store', credentials: 'same-origin' }).catch(() => {});
        }
    }

    /** A browser reconnects by itself after some failures and not after others: we always do, and ask meanwhile what the server says. */
    #lost() {
        this.#close();
        this.#failures++;
        this.#reopen = setTimeout(() => this.#running && this.#open(), Math.min(1_000 * this.#failures, 5_000));
        if (this.#failures === 1) {
            this.listener.state('reconnecting');
        }
        this.#ask();
    }

    #watchdog() {
        const now = performance.now();
        if (!this.#running || now - Math.max(this.#streamedAt, this.#failures > 0 ? 0 : this.#openedAt) < quietAfter) {
            return;
        }
        if (this.#stream !== null && now - this.#openedAt > streamAgainAfter) {
            this.#open();
        }
        if (this.#poll === null && now - this.#polledAt > pollEvery) {
            this.#ask();
        }
    }

    async #ask() {
        const poll = (this.#poll = new AbortController());
        const { pool, replicaSet } = this.#watched;
        this.#polledAt = performance.now();
        const asked = [['overview', getJson('overview', {}, poll.signal)]];
        if (pool !== null) {
            asked.push(['pool', getJson('pool', { name: pool }, poll.signal)]);
        }
        if (replicaSet !== null) {
            asked.push(['replicaSet', getJson('replica-set', { name: replicaSet }, poll.signal)]);
        }
        const answers = await Promise.allSettled(asked.map(([, answer]) => answer));
        if (poll !== this.#poll) {
            return; // A stream came first, or another view wants something else.
        }
        this.#poll = null;
        const batch = {};
        for (const [index, answer] of answers.entries()) {
            const part = /** @type {string} */ (asked[index][0]);
            if (answer.status === 'fulfilled') {
                batch[part] = answer.value;
            } else if (answer.reason instanceof ApiError) {
                this.listener.problem(answer.reason, part);
            }
        }
        if (answers[0].status === 'fulfilled') {
            this.#deliver(batch, 'polling');
        } else {
            this.listener.state('stopped');
        }
    }

    #deliver(batch, state) {
        this.listener.state(state);
        this.listener.batch(batch);
    }
}
