// Numbers, durations and times as words. Pure functions; whatever is not a number reads as "–", so that the unknown never looks like zero.

export const unknown = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** @param {unknown} value @returns {value is number} */
export const isNumber = value => typeof value === 'number' && Number.isFinite(value);

/** @param {unknown} value */
export const count = value => (isNumber(value) ? whole.format(value) : unknown);

/** A number per second. @param {unknown} value */
export function rate(value) {
    if (!isNumber(value)) {
        return unknown;
    }
    return value > 0 && value < 0.1 ? '<0.1/s' : `${value < 100 ? oneDigit.format(value) : whole.format(value)}/s`;
}

/** A share of one. Small ones stay visible: an error rate of 0.04 % is not 0 %. @param {unknown} value */
export function percent(value) {
    if (!isNumber(value)) {
        return unknown;
    }
    const percentage = value * 100;
    if (percentage > 0 && percentage < 0.1) {
        return '<0.1 %';
    }
    if (percentage > 99.9 && percentage < 100) {
        return '>99.9 %';
    }
    return `${percentage < 10 ? oneDigit.format(percentage) : whole.format(percentage)} %`;
}

/** Seconds in the largest units that matter. @param {unknown} seconds */
export function duration(seconds) {
    if (!isNumber(seconds)) {
        return unknown;
    }
    const size = Math.abs(seconds);
    if (size === 0) {
        return '0 ms';
    }
    if (size < 0.001) {
        return `${whole.format(Math.max(1, seconds * 1e6))} µs`;
    }
    if (size < 0.9995) {
        const ms = seconds * 1e3;
        return `${size < 0.01 ? oneDigit.format(ms) : whole.format(ms)} ms`;
    }
    return size < 59.95 ? `${oneDigit.format(seconds)} s` : longDuration(Math.round(seconds));
}

function longDuration(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) {
        return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
    }
    const hours = Math.floor(minutes / 60);
    if (hours < 24) {
        return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
    }
    return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
});

/** @param {unknown} iso @returns {Date | null} */
export function toDate(iso) {
    const date = new Date(typeof iso === 'string' || typeof iso === 'number' ? iso : NaN);
    return Number.isNaN(date.getTime()) ? null : date;
}

/** The local time of day; with its day when that is not today's. @param {unknown} iso */
export function clock(iso) {
    const date = toDate(iso);
    if (date === null) {
        return unknown;
    }
    return date.toDateString() === new Date().toDateString() ? clockFormat.format(date) : dayFormat.format(date);
}

/** The exact moment, for who compares with a server's log. @param {unknown} iso */
export function exactTime(iso) {
    return toDate(iso)?.toISOString() ?? unknown;
}

/** Moments inside a text as the local time of day, like every other time on the page. @param {unknown} text */
export const withLocalTimes = text =>
    String(text ?? '').replace(/\b(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z| UTC|[+-]\d\d:\d\d)/g, (_, day, time, zone) =>
        clock(`${day}T${time}${zone === ' UTC' ? 'Z' : zone}`),
    );

/** "1 pool", "3 pools". @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** "HalfOpen" as "half open". @param {unknown} name */
export const words = name =>
    String(name ?? unknown)
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase();
