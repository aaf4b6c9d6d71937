// Who looks, and what they may do. Asked for again whenever it may have changed: after a reconnect (the process may be another one) and a refused action.
import { getJson } from './api.js';
import { setText } from './dom.js';
import { textOf } from './model.js';

export const defaultRanges = [60, 300, 900, 3600, 21600, 86400];

/** @param {() => void} changed */
export function createSession(changed) {
    /** @type {any} */ let session = null;
    let firstVersion = null;

    return {
        current: () => session,
        ranges: () => (Array.isArray(session?.ranges) && session.ranges.length > 0 ? session.ranges : defaultRanges),
        canAct: () => session?.canAct === true,
        whyReadOnly() {
            if (session === null) {
                return 'Actions are off: the application has not said yet whether you may act.';
            }
            return `This page is read-only. ${textOf(session.readOnlyReason) || 'Actions need DashboardOptions.ActionPolicy, and a user who meets that policy.'}`;
        },
        async refresh() {
            try {
                session = await getJson('session');
            } catch {
                return; // The connection line says what is wrong; the next reconnect asks again.
            }
            firstVersion ??= session.version;
            setText(
                /** @type {any} */ (document.getElementById('version')),
                `Cenote ${textOf(session.version)}${session.version === firstVersion ? '' : ': the application was updated, reload this page'}`,
            );
            setText(
                /** @type {any} */ (document.getElementById('access')),
                `${session.user ? `${session.user}: ` : ''}${session.canAct ? 'may act' : 'read-only'}`,
            );
            changed();
        },
    };
}
