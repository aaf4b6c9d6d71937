// Measures pools of Node.js as ./bench peers measures those of .NET. Prints a line a number: peer, measure, value.
// Usage: node peers.mjs, with PG_URL, PG_SPIKE_URL and PG_RAMP_URL for the pool of pg.
import genericPool from 'generic-pool';
import pg from 'pg';
import { Pool as TarnPool } from 'tarn';

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const now = () => performance.now();
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const print = (peer, measure, value) => console.log(`${peer} ${measure} ${value}`);

// The same numbers as in Contestant.cs, Spike.cs, Ramp.cs and OpenLoop.cs.
const deadline = 250;
const timeout = 60_000;

const tarn = {
    name: 'tarn',
    create({ min, max, openTime, wait = timeout }) {
        let opens = 0;
        const pool = new TarnPool({
            create: async () => {
                opens++;
                if (openTime) await sleep(openTime);
                return {};
            },
            destroy: () => {},
            min,
            max,
            acquireTimeoutMillis: wait,
        });
        return {
            rent: () => pool.acquire().promise,
            giveBack: (item) => pool.release(item),
            opens: () => opens,
            close: () => pool.destroy(),
        };
    },
};

const generic = {
    name: 'generic-pool',
    create({ min, max, openTime, wait = timeout }) {
        let opens = 0;
        const pool = genericPool.createPool(
            {
                create: async () => {
                    opens++;
                    if (openTime) await sleep(openTime);
                    return {};
                },
                destroy: async () => {},
            },
            { min, max, acquireTimeoutMillis: wait },
        );
        return {
            rent: () => pool.acquire(),
            giveBack: (item) => pool.release(item),
            opens: () => opens,
            close: async () => {
                await pool.drain();
                await pool.clear();
            },
        };
    },
};

const node_pg = {
    name: 'pg',
    create({ min, max, openTime, wait = timeout }) {
        let opens = 0;
        const url = openTime === 150 ? process.env.PG_SPIKE_URL : openTime ? process.env.PG_RAMP_URL : process.env.PG_URL;
        const pool = new pg.Pool({ connectionString: url, min, max, connectionTimeoutMillis: wait });
        pool.on('error', () => {});
        pool.on('connect', () => opens++);
        return {
            rent: () => pool.connect(),
            giveBack: (item) => item.release(),
            opens: () => opens,
            close: () => pool.end(),
        };
    },
};

async function fill(pool, size) {
    const items = await Promise.all(Array.from({ length: size }, () => pool.rent()));
    items.forEach(pool.giveBack);
}

// For a pool whose callers give up soon: an open on a busy machine may take longer.
async function fillOneByOne(pool, size) {
    const items = [];
    while (items.length < size) {
        try {
            items.push(await pool.rent());
        } catch {
            await sleep(1);
        }
    }
    items.forEach(pool.giveBack);
}

async function use(pool, work) {
    const item = await pool.rent();
    await sleep(work);
    pool.giveBack(item);
}

async function lease(pool) {
    const times = [];
    for (let round = 0; round < 9; round++) {
        const start = now();
        let leases = 0;
        while (now() - start < 100) {
            for (let i = 0; i < 64; i++) pool.giveBack(await pool.rent());
            leases += 64;
        }
        times.push(((now() - start) * 1e6) / leases);
    }
    return median(times);
}

async function handOver(pool) {
    const rates = [];
    for (let round = 0; round < 5; round++) {
        const held = await Promise.all(Array.from({ length: 8 }, () => pool.rent()));
        let isOver = false;
        let handOvers = 0;
        const work = Array.from({ length: 64 }, async () => {
            while (!isOver) {
                pool.giveBack(await pool.rent());
                handOvers++;
            }
        });
        held.forEach(pool.giveBack);
        const start = now();
        // A timer may never fire while promises keep the loop busy, so that one of the callers looks at the clock.
        await new Promise((resolve) => {
            (async () => {
                while (now() - start < 400) {
                    pool.giveBack(await pool.rent());
                    handOvers++;
                }
                isOver = true;
                resolve();
            })();
        });
        rates.push((handOvers * 1000) / (now() - start));
        await Promise.all(work);
    }
    return median(rates);
}

async function waits(peer, pool) {
    const names = ['rate', 'mean', 'p50', 'p99', 'p999', 'max', 'jain'];
    const rounds = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < 3; round++) {
        const start = now();
        const own = await Promise.all(
            Array.from({ length: 64 }, async () => {
                const list = [];
                while (now() - start < 1000) {
                    const begin = now();
                    const item = await pool.rent();
                    list.push(now() - begin);
                    await sleep(1);
                    pool.giveBack(item);
                }
                return list;
            }),
        );
        const all = own.flat().sort((a, b) => a - b);
        const at = (share) => all[Math.min(all.length - 1, Math.floor(share * all.length))];
        const served = own.map((list) => list.length);
        const sum = served.reduce((a, b) => a + b);
        rounds.rate.push(all.length);
        rounds.mean.push(all.reduce((a, b) => a + b) / all.length);
        rounds.p50.push(at(0.5));
        rounds.p99.push(at(0.99));
        rounds.p999.push(at(0.999));
        rounds.max.push(all[all.length - 1]);
        rounds.jain.push((sum * sum) / (64 * served.reduce((a, b) => a + b * b, 0)));
    }
    names.forEach((name) => print(peer, `awaiting.${name}`, median(rounds[name])));
}

// How many uses a second the connections allow at most: loops that only wait.
async function measureCapacity() {
    const start = now();
    let uses = 0;
    await Promise.all(
        Array.from({ length: 20 }, async (_, number) => {
            await sleep(number);
            for (; now() - start < 1500; uses++) await sleep(20);
        }),
    );
    return (uses * 1000) / (now() - start);
}

async function overload(peer, load, capacity) {
    const pool = peer.create({ min: 20, max: 20, wait: deadline });
    await fillOneByOne(pool, 20);
    const [warmUp, duration, waking] = [600, 1500, 5];
    const start = now();
    const isMeasured = () => now() - start >= warmUp && now() - start < warmUp + duration;
    let [arrived, offered, served, late] = [0, 0, 0, 0];
    const callers = [];
    const serve = async () => {
        if (isMeasured()) offered++;
        const arrival = now();
        let item;
        try {
            item = await pool.rent();
        } catch {
            return;
        }
        if (isMeasured()) {
            if (now() - arrival > deadline + waking) late++;
            else served++;
        }
        await sleep(20);
        pool.giveBack(item);
    };
    while (now() - start < warmUp + duration) {
        for (; arrived < ((now() - start) / 1000) * load * capacity; arrived++) callers.push(serve());
        await sleep(1);
    }
    await Promise.all(callers);
    await pool.close();
    print(peer.name, `load${load}.late`, late);
    print(peer.name, `load${load}.goodput`, served / (Math.min(capacity, offered / 1.5) * 1.5));
}

async function spike(peer) {
    const [opens, lasts] = [[], []];
    for (let round = 0; round < 3; round++) {
        const pool = peer.create({ min: 5, max: 50, openTime: 150 });
        await Promise.all(Array.from({ length: 5 }, () => use(pool, 150)));
        for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 5 }, () => use(pool, 2)));
        const before = pool.opens();
        const start = now();
        await Promise.all(Array.from({ length: 50 }, () => use(pool, 2)));
        lasts.push(now() - start);
        // What was begun is counted, also where a pool counts an open when it has ended.
        await sleep(250);
        opens.push(pool.opens() - before);
        await pool.close();
    }
    print(peer.name, 'spike.opens', median(opens));
    print(peer.name, 'spike.last', median(lasts));
}

async function ramp(peer) {
    const times = [];
    for (let round = 0; round < 3; round++) {
        const pool = peer.create({ min: 0, max: 100, openTime: 20 });
        const start = now();
        const items = await Promise.all(Array.from({ length: 100 }, () => pool.rent()));
        times.push(now() - start);
        items.forEach(pool.giveBack);
        await pool.close();
    }
    print(peer.name, 'ramp.last', median(times));
}

async function resets(pool) {
    for (let i = 0; i < 500; i++) {
        const client = await pool.rent();
        await client.query('SELECT 1');
        pool.giveBack(client);
    }
}

const capacity = await measureCapacity();
for (const peer of process.env.PG_URL ? [tarn, generic, node_pg] : [tarn, generic]) {
    const pool = peer.create({ min: 8, max: 8 });
    await fill(pool, 8);
    print(peer.name, 'lease.ns', await lease(pool));
    print(peer.name, 'handover.rate', await handOver(pool));
    await waits(peer.name, pool);
    if (peer === node_pg) await resets(pool);
    await pool.close();
    await overload(peer, 2, capacity);
    await overload(peer, 4, capacity);
    await spike(peer);
    await ramp(peer);
}
process.exit(0);
