// The shapes of the JSON that the page names (docs/dashboard.md has all), and safe readers for the content of an opened file.

/**
 * @typedef {{ total: number, idle: number, leased: number, opening: number, resetting: number, validating: number, closing: number, waiting: number, limit: number }} Counts
 * @typedef {{ name: string, level: string, summary: string, state: string, circuit: string, counts: Counts, minSize: number, maxSize: number, utilization: number | null,
 *   rentsPerSecond: number | null, waitsPerSecond: number | null, errorsPerSecond: number | null, errorRate: number | null, waitP50Seconds: number | null,
 *   waitP99Seconds: number | null, longestWaitSeconds: number | null, timeouts: number, openFailures: number, leaksSuspected: number, leasesAbandoned: number,
 *   address: string | null, sparkline: (number | null)[], replicaSet: string | null }} PoolRow
 * @typedef {{ name: string, level: string, summary: string, primary: string | null, servers: number, serving: number, failovers: number, maxLagSeconds: number | null }} SetRow
 * @typedef {{ time: string, tick: number, pools: PoolRow[], replicaSets: SetRow[], budgets?: any[] }} Overview
 * @typedef {{ kind: string, level: string, summary: string, evidence: string, recommendation: string, helpLink: string }} Finding
 * @typedef {{ subject: string, time: string, level: string, summary: string, findings: Finding[] }} Diagnosis
 * @typedef {{ id: number, state: string, ageSeconds: number | null, leaseCount: number, leaseId: string | null, heldSeconds: number | null, holder: string | null, isSuspectedLeak: boolean }} Slot
 * @typedef {{ id: string, slot: number, heldSeconds: number, rentedAt: string, site: string | null, file: string | null, line: number | null, member: string | null,
 *   isSuspectedLeak: boolean, stack: string | null, thread: string | null, session: string | null }} Lease
 * @typedef {{ row: PoolRow, diagnosis: Diagnosis, totals: any, latencies: any, lastOpenFailure: any, circuit: any, slots: Slot[], leases: Lease[], leaks: any[],
 *   statements: any[] | null, events: any[], settings: any[], lanes?: any[] }} Pool
 * @typedef {{ pool: string, stepSeconds: number, times: number[], series: Record<string, (number | null)[]>, closed: Record<string, (number | null)[]> }} History
 */

/** @template T @param {T[] | null | undefined} value @returns {T[]} */
export const list = value => (Array.isArray(value) ? value : []);

/** The text of any value. @param {unknown} value */
export const textOf = value => (value === null || value === undefined ? '' : String(value));
