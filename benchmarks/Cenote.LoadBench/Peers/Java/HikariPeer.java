import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Measures HikariCP as ./bench peers measures pools of .NET, with the same numbers as Contestant.cs, Spike.cs, Ramp.cs
 * and OpenLoop.cs. Prints a line a number: peer, measure, value.
 */
public final class HikariPeer {
    private static final int DEADLINE = 250;

    public static void main(String[] args) throws Exception {
        try (HikariDataSource pool = create(8, 8, new StubSource(0), 60_000)) {
            lease(pool);
            waits(pool);
        }

        double capacity = measureCapacity();
        overload(2, capacity);
        overload(4, capacity);
        spike();
        ramp();
        System.exit(0);
    }

    private static HikariDataSource create(int min, int max, StubSource source, long timeout) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMinimumIdle(min);
        config.setMaximumPoolSize(max);
        config.setConnectionTimeout(timeout);
        HikariDataSource pool = new HikariDataSource(config);
        while (pool.getHikariPoolMXBean().getTotalConnections() < min) {
            Thread.sleep(5);
        }

        return pool;
    }

    private static void lease(HikariDataSource pool) throws Exception {
        com.sun.management.ThreadMXBean memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        double[] times = new double[9];
        double bytes = 0;
        for (int round = -10; round < times.length; round++) {
            long leases = 0;
            long before = memory.getThreadAllocatedBytes(thread);
            long start = System.nanoTime();
            while (System.nanoTime() - start < 100_000_000L) {
                for (int i = 0; i < 64; i++) {
                    pool.getConnection().close();
                }

                leases += 64;
            }

            if (round >= 0) {
                times[round] = (double) (System.nanoTime() - start) / leases;
                bytes = (double) (memory.getThreadAllocatedBytes(thread) - before) / leases;
            }
        }

        print("lease.ns", median(times));
        print("lease.bytes", bytes);
    }

    private static void waits(HikariDataSource pool) throws Exception {
        String[] names = {"rate", "mean", "p50", "p99", "p999", "max", "jain"};
        double[][] rounds = new double[names.length][3];
        for (int round = -1; round < 3; round++) {
            List<List<Double>> own = new ArrayList<>();
            List<Thread> team = new ArrayList<>();
            CountDownLatch begin = new CountDownLatch(1);
            AtomicBoolean isOver = new AtomicBoolean();
            for (int i = 0; i < 64; i++) {
                List<Double> list = new ArrayList<>();
                own.add(list);
                Thread thread = new Thread(() -> {
                    try {
                        begin.await();
                        while (!isOver.get()) {
                            long start = System.nanoTime();
                            Connection connection = pool.getConnection();
                            list.add((System.nanoTime() - start) / 1e6);
                            LockSupport.parkNanos(1_000_000);
                            connection.close();
                        }
                    } catch (Exception exception) {
                        throw new IllegalStateException(exception);
                    }
                });
                team.add(thread);
                thread.start();
            }

            begin.countDown();
            Thread.sleep(1000);
            isOver.set(true);
            for (Thread thread : team) {
                thread.join();
            }

            if (round < 0) {
                continue;
            }

            double[] all = own.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).sorted().toArray();
            double sum = all.length;
            double squares = own.stream().mapToDouble(list -> (double) list.size() * list.size()).sum();
            rounds[0][round] = all.length;
            rounds[1][round] = Arrays.stream(all).average().orElse(0);
            rounds[2][round] = at(all, 0.5);
            rounds[3][round] = at(all, 0.99);
            rounds[4][round] = at(all, 0.999);
            rounds[5][round] = all[all.length - 1];
            rounds[6][round] = sum * sum / (64 * squares);
        }

        for (int i = 0; i < names.length; i++) {
            print("blocking." + names[i], median(rounds[i]));
        }
    }

    /** How many uses a second the connections allow at most: loops that only wait. */
    private static double measureCapacity() throws Exception {
        LongAdder uses = new LongAdder();
        long start = System.nanoTime();
        List<Thread> team = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                LockSupport.parkNanos(number * 1_000_000L);
                while (System.nanoTime() - start < 1_500_000_000L) {
                    LockSupport.parkNanos(20_000_000);
                    uses.increment();
                }
            });
            team.add(thread);
            thread.start();
        }

        for (Thread thread : team) {
            thread.join();
        }

        return uses.sum() * 1e9 / (System.nanoTime() - start);
    }

    private static void overload(int load, double capacity) throws Exception {
        LongAdder offered = new LongAdder();
        LongAdder served = new LongAdder();
        LongAdder late = new LongAdder();
        ExecutorService callers = Executors.newCachedThreadPool();
        try (HikariDataSource pool = create(20, 20, new StubSource(0), DEADLINE)) {
            long start = System.nanoTime();
            long arrived = 0;
            for (double now = 0; now < 2100; now = (System.nanoTime() - start) / 1e6) {
                for (; arrived < now / 1000 * load * capacity; arrived++) {
                    boolean isMeasured = now >= 600;
                    callers.submit(() -> {
                        if (isMeasured) {
                            offered.increment();
                        }

                        long arrival = System.nanoTime();
                        try (Connection connection = pool.getConnection()) {
                            long received = System.nanoTime();
                            double at = (received - start) / 1e6;
                            if (at >= 600 && at < 2100) {
                                ((received - arrival) / 1e6 > DEADLINE + 5 ? late : served).increment();
                            }

                            LockSupport.parkNanos(20_000_000);
                        } catch (SQLException exception) {
                            // The deadline has passed.
                        }
                    });
                }

                Thread.sleep(1);
            }

            callers.shutdown();
            callers.awaitTermination(10, TimeUnit.SECONDS);
        }

        print("load" + load + ".late", late.sum());
        print("load" + load + ".goodput", served.sum() / (Math.min(capacity, offered.sum() / 1.5) * 1.5));
    }

    private static void spike() throws Exception {
        double[] opens = new double[3];
        double[] lasts = new double[3];
        for (int round = 0; round < 3; round++) {
            StubSource source = new StubSource(150);
            try (HikariDataSource pool = create(5, 50, source, 60_000)) {
                for (int i = 0; i < 40; i++) {
                    use(pool, 5, 2);
                }

                int before = source.opens.get();
                lasts[round] = use(pool, 50, 2);
                opens[round] = source.opens.get() - before;
            }
        }

        print("spike.opens", median(opens));
        print("spike.last", median(lasts));
    }

    private static double use(HikariDataSource pool, int callers, int milliseconds) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> team = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Thread thread = new Thread(() -> {
                try {
                    begin.await();
                    try (Connection connection = pool.getConnection()) {
                        LockSupport.parkNanos(milliseconds * 1_000_000L);
                    }
                } catch (Exception exception) {
                    throw new IllegalStateException(exception);
                }
            });
            team.add(thread);
            thread.start();
        }

        long start = System.nanoTime();
        begin.countDown();
        for (Thread thread : team) {
            thread.join();
        }

        return (System.nanoTime() - start) / 1e6;
    }

    private static void ramp() throws Exception {
        double[] times = new double[3];
        for (int round = 0; round < times.length; round++) {
            ExecutorService callers = Executors.newCachedThreadPool();
            try (HikariDataSource pool = create(0, 100, new StubSource(20), 60_000)) {
                long start = System.nanoTime();
                List<Future<Connection>> all = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    all.add(callers.submit(() -> pool.getConnection()));
                }

                for (Future<Connection> one : all) {
                    one.get();
                }

                times[round] = (System.nanoTime() - start) / 1e6;
                for (Future<Connection> one : all) {
                    one.get().close();
                }
            }

            callers.shutdown();
        }

        print("ramp.last", median(times));
    }

    private static double at(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) Math.floor(share * sorted.length))];
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void print(String measure, double value) {
        System.out.println("HikariCP " + measure + " " + value);
    }

    private static final class StubSource implements DataSource {
        final AtomicInteger opens = new AtomicInteger();
        private final long openTime;

        StubSource(long openTime) {
            this.openTime = openTime;
        }

        @Override
        public Connection getConnection() {
            opens.incrementAndGet();
            LockSupport.parkNanos(openTime * 1_000_000L);
            return new StubConnection();
        }

        @Override
        public Connection getConnection(String user, String password) {
            return getConnection();
        }

        @Override
        public PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter writer) {
        }

        @Override
        public void setLoginTimeout(int seconds) {
        }

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("not a wrapper");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
