// Whether the numbers are fresh, in words. Nothing stale may look fresh: the time of the data is always shown, and what is old is marked as old.
import { el, setAttribute, setText } from './dom.js';
import { clock, duration, exactTime } from './format.js';

const staleAfter = 5; // seconds without new data

/** @param {string} id @returns {any} */
const byId = id => document.getElementById(id);

/** @param {(old: string) => void} changed told when what is shown becomes old, in words, and with an empty text when it is fresh again */
export function createConnectionLine(changed) {
    const [line, text, time, main] = ['connection', 'connection-text', 'connection-time', 'main'].map(byId);
    const notice = el('p', { class: 'notice notice-stale', hidden: true, id: 'stale' });
    byId('notices').append(notice);
    let state = 'connecting';
    /** @type {string | null} */
    let dataTime = null; // As the server's clock says.
    let receivedAt = 0;
    let told = '';
    let refusal = ''; // What the server said instead of data.

    const stateWords = {
        connecting: () => 'connecting…',
        live: () => 'live',
        reconnecting: () => 'reconnecting…',
        polling: () => 'polling',
        stopped: () => (dataTime === null ? 'stopped: no data yet' : `stopped: showing data of ${clock(dataTime)}`),
        paused: () => 'paused while this tab is hidden',
        snapshot: () => `snapshot of ${clock(dataTime)}`,
    };

    function show() {
        const age = (performance.now() - receivedAt) / 1000;
        const stale = state !== 'snapshot' && dataTime !== null && (age > staleAfter || state === 'stopped');
        setAttribute(line, 'data-connection', state);
        setText(text, stateWords[state]());
        setText(time, dataTime === null || state === 'stopped' || state === 'snapshot' ? '' : `data of ${clock(dataTime)}`);
        setAttribute(line, 'title', dataTime === null ? null : exactTime(dataTime));
        setAttribute(main, 'data-stale', stale ? 'true' : null);
        notice.hidden = !stale && refusal === '';
        const old = stale ? `Not live: everything below is of ${clock(dataTime)}, ${duration(Math.round(age))} ago.` : '';
        const words = stale ? `Not live: data of ${clock(dataTime)}` : '';
        if (words !== told) {
            told = words;
            changed(words);
        }
        setText(notice, [old, refusal === '' ? 'The page keeps trying to reach the application.' : refusal].filter(Boolean).join(' '));
    }

    setInterval(show, 1_000);
    return {
        /** @param {string} next */
        state(next) {
            if (state !== next) {
                state = next;
                show();
            }
        },
        /** @param {string} serverTime of the data: a repeated time is not new data, even on a live connection */
        data(serverTime) {
            receivedAt = serverTime === dataTime ? receivedAt : performance.now();
            dataTime = serverTime;
            refusal = '';
            show();
        },
        /** @param {Error} problem */
        refused(problem) {
            refusal = `The application refuses: ${problem.message}`;
            show();
        },
        /** Other data comes: what is known of this one's time is void. */
        reset() {
            dataTime = null;
            refusal = '';
        },
    };
}
