// The shapes of the JSON, as far as the page needs names for them (docs/dashboard.md has them all), and what is safe to assume of a file that somebody opens.

/**
 * @typedef {{ total: number, idle: number, leased: number, opening: number, resetting: number, validating: number, closing: number, waiting: number, limit: number }} Counts
 * @typedef {{ name: string, level: string, summary: string, state: string, circuit: string, counts: Counts, minSize: number, maxSize: number, utilization: number | null,
 *   rentsPerSecond: number | null, waitsPerSecond: number | null, errorsPerSecond: number | null, errorRate: number | null, waitP50Seconds: number | null,
 *   waitP99Seconds: number | null, longestWaitSeconds: number | null, timeouts: number, openFailures: number, leaksSuspected: number, leaksProven: number,
 *   address: string | null, sparkline: (number | null)[], replicaSet: string | null }} PoolRow
 * @typedef {{ name: string, level: string, summary: string, primary: string | null, servers: number, serving: number, failovers: number, maxLagSeconds: number | null }} SetRow
 * @typedef {{ time: string, tick: number, pools: PoolRow[], replicaSets: SetRow[] }} Overview
 * @typedef {{ kind: string, level: string, summary: string, evidence: string, remedy: string, helpLink: string }} Finding
 * @typedef {{ subject: string, time: string, level: string, summary: string, findings: Finding[] }} Verdict
 * @typedef {{ id: number, state: string, ageSeconds: number | null, uses: number, leaseId: string | null, heldSeconds: number | null, holder: string | null, isSuspected: boolean }} Slot
 * @typedef {{ id: string, slot: number, heldSeconds: number, since: string, site: string | null, file: string | null, line: number | null, member: string | null,
 *   isSuspected: boolean, stack: string | null, thread: string | null }} Lease
 * @typedef {{ row: PoolRow, verdict: Verdict, totals: any, latencies: any, lastOpenFailure: any, circuit: any, slots: Slot[], leases: Lease[], leaks: any[],
 *   statements: any[] | null, events: any[], settings: any[] }} Pool
 * @typedef {{ pool: string, stepSeconds: number, times: number[], series: Record<string, (number | null)[]>, closed: Record<string, (number | null)[]> }} History
 */

/** @template T @param {T[] | null | undefined} value @returns {T[]} */
export const list = value => (Array.isArray(value) ? value : []);

/** Text of the data, whatever it is. @param {unknown} value */
export const textOf = value => (value === null || value === undefined ? '' : String(value));
