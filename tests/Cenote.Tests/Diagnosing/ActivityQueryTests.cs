namespace Cenote.Tests.Diagnosing;

/// <summary>When the server is queried for its sessions, and what becomes of the answer.</summary>
public sealed class ActivityQueryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Healthy_pool_never_queries_the_server()
    {
        await using var test = await FullAsync(2);
        for (var i = 0; i < 60; i++)
        {
            using (await test.Pool.RentAsync())
            {
                await test.Pass(Second);
            }
        }

        Assert.Equal((0, 2), (Activity(test).Queries, test.Database.Opened));
    }

    [Fact]
    public async Task Saturated_pool_is_queried_for_after_a_second_and_then_every_five()
    {
        await using var test = await FullAsync(1);
        using var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();

        for (var i = 1; i <= 3; i++)
        {
            await PassQueryAsync(test);
            Assert.Equal((i, 1), (Activity(test).Queries, test.Database.Sessions));
            await test.Pass(TimeSpan.FromSeconds(4), Second);
            Assert.Equal(i, Activity(test).Queries);
        }

        Assert.Equal(SessionState.Running, Assert.Single(test.Pool.GetLeases()).Session!.State);
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((1L, 3L, 0L), (statistics.ConnectionsOpened, statistics.ServerQueries, statistics.ServerQueryFailures));
        lease.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Pool_queries_nothing_when_the_diagnosis_of_the_server_is_off()
    {
        await using var test = await FullAsync(1, static options => options.ServerDiagnosis = false);
        using var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.Pass(TimeSpan.FromSeconds(10), Second);

        Assert.Equal(0, Activity(test).Queries);
        lease.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Query_is_left_out_while_the_budget_has_no_free_connection()
    {
        var budget = new ConnectionBudget("server", 1);
        await using var test = await FullAsync(1, options => options.Budget = budget);
        using var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.Pass(TimeSpan.FromSeconds(10), Second);
        Assert.Equal((0, 0, 1), (Activity(test).Queries, budget.GetStatistics().WaitingPools, budget.GetStatistics().MostConnections));

        // With a free connection, it counts while it is open.
        budget.Resize(2);
        await test.PassUntil(() => Activity(test).Queries == 1, Second);
        await test.PassUntil(() => budget.GetStatistics().Connections == 1, TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, budget.GetStatistics().MostConnections);
        lease.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Report_of_a_lease_is_not_shown_for_the_next_one_of_its_slot()
    {
        await using var test = await FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.PassUntil(() => test.Pool.GetLeases() is [{ Session: not null }]);

        lease.Dispose();
        using var next = await waiting.Soon();

        Assert.Null(Assert.Single(test.Pool.GetLeases()).Session);
    }

    [Fact]
    public async Task Timeout_does_not_wait_for_a_server_that_is_silent()
    {
        var never = new TaskCompletionSource();
        await using var test = await FullAsync(1, static options => options.AcquireTimeout = TimeSpan.FromSeconds(3));
        Activity(test).BeforeAnswer = _ => never.Task;
        using var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.PassUntil(() => Activity(test).Queries == 1);

        await test.PassUntil(() => waiting.IsCompleted);
        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => waiting);
        Assert.Equal(1, Activity(test).Queries);
        Assert.DoesNotContain("The server was queried", exception.Message, StringComparison.Ordinal);

        // The session is ended under the driver's call, and the next caller is told.
        await test.PassUntil(() => test.Database.Sessions == 1);
        never.SetException(new StubException(FailureKind.ConnectionLost));
        await Patience.SoonAsync(() => test.Pool.Engine.Sessions!.Last is not null);
        var second = await TimeOutAsync(test);
        Assert.Contains(" The server was queried at ", second.Message, StringComparison.Ordinal);
        Assert.Contains(": it did not answer within 5 s what its sessions are doing.", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_query_is_not_repeated_for_half_a_minute()
    {
        await using var test = await FullAsync(1);
        Activity(test).BeforeAnswer = static _ => throw new StubException(FailureKind.Other);
        using var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await PassQueryAsync(test);
        Assert.Equal((1, 1), (Activity(test).Queries, test.Database.Sessions));

        await test.Pass(TimeSpan.FromSeconds(25), Second);
        Assert.Equal(1, Activity(test).Queries);
        Assert.Equal((1L, 1L), (test.Pool.GetStatistics().ServerQueries, test.Pool.GetStatistics().ServerQueryFailures));
        await PassQueryAsync(test);
        Assert.Equal(2, Activity(test).Queries);
        lease.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Pools_of_one_server_query_it_one_at_a_time()
    {
        var release = new TaskCompletionSource();
        await using var test = await FullAsync(1);
        await using var other = new ConnectionPool(new ActivityProvider(new StubDatabase()) { FirstId = 100, BeforeAnswer = _ => release.Task }, test.NewOptions());
        var otherProvider = (ActivityProvider)other.Engine.Provider;
        Activity(test).BeforeAnswer = _ => release.Task;
        using var lease = await test.Pool.RentAsync();
        using var otherLease = await other.RentAsync().Soon();
        var waiting = test.Pool.RentAsync().AsTask();
        var otherWaiting = other.RentAsync().AsTask();
        await QueryAsync(test, () => Activity(test).Queries + otherProvider.Queries > 0);

        await test.Pass(Second * 2, Second);
        Assert.Equal(1, Activity(test).Queries + otherProvider.Queries);
        release.SetResult();

        // One answer is enough for both, because their user is the same.
        await Patience.SoonAsync(() => test.Pool.GetLeases()[0].Session is not null && other.GetLeases()[0].Session is not null);
        lease.Dispose();
        otherLease.Dispose();
        (await waiting.Soon()).Dispose();
        (await otherWaiting.Soon()).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposal_ends_a_query_and_the_provider_outlives_it(bool ignoresToken)
    {
        var end = new TaskCompletionSource();
        var test = await FullAsync(1);
        Activity(test).BeforeAnswer = token => ignoresToken ? end.Task : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.PassUntil(() => Activity(test).Queries == 1);

        var disposal = test.Pool.DisposeAsync().AsTask();
        lease.Dispose();
        await Assert.ThrowsAnyAsync<PoolException>(async () => (await waiting.Soon()).Dispose());
        await disposal.Soon();
        if (ignoresToken)
        {
            Assert.Equal(0, test.Provider.Disposals);
            end.SetResult();
        }

        await Patience.SoonAsync(() => test.Provider.Disposals == 1);
        Assert.Equal(0, test.Database.Sessions);
        Assert.Empty(test.Database.Violations);
    }

    [Fact]
    public async Task Connection_that_cannot_be_opened_is_reported_with_its_reason()
    {
        var refuses = false;
        await using var test = await FullAsync(
            1,
            options => options.CredentialsProvider = _ => refuses ? throw new StubException(FailureKind.InvalidCredentials) : new(new DatabaseCredentials("user", "password")));
        using var lease = await test.Pool.RentAsync();
        refuses = true;

        var exception = await TimeOutAsync(test);
        Assert.Contains(": its sessions could not be read (InvalidCredentials).", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, Activity(test).Queries);
        Assert.Equal(0, test.Pool.GetStatistics().OpenFailures);
    }

    [Fact]
    public async Task Long_lease_is_queried_for_at_growing_intervals()
    {
        await using var test = await FullAsync(2);
        using var lease = await test.Pool.RentAsync();

        await test.Pass(TimeSpan.FromSeconds(29), Second);
        Assert.Equal(0, Activity(test).Queries);
        await PassQueryAsync(test);
        await test.Pass(TimeSpan.FromSeconds(25), Second);
        Assert.Equal(1, Activity(test).Queries);
        await PassQueryAsync(test);
        await test.Pass(TimeSpan.FromSeconds(40), Second);
        Assert.Equal(2, Activity(test).Queries);
    }

    [Fact]
    public async Task Nothing_is_reported_of_ids_that_a_proxy_gave()
    {
        await using var test = await FullAsync(1);
        Activity(test).Identify = static id => new SessionIdentity(id + 5000, 1000 + id);

        Assert.Contains("a proxy is in between, whose sessions are not those of the server", (await TimeOutLastAsync(test)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_reported_of_a_session_with_another_port()
    {
        await using var test = await FullAsync(1);
        Activity(test).Describe = static id => new ServerSession { Id = id, ClientPort = 7, State = SessionState.IdleInTransaction };

        Assert.Contains("it does not have the sessions of the leases", (await TimeOutLastAsync(test)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sessions_behind_other_ports_are_reported_only_if_all_are_found(bool areAllThere)
    {
        await using var test = await FullAsync(2);
        Activity(test).Identify = static id => new SessionIdentity(id, 40_000 + id);
        var missing = 0L;
        Activity(test).Describe = id =>
        {
            missing = missing == 0 ? id : missing;
            return areAllThere || id != missing ? new ServerSession { Id = id, ClientPort = 7, State = SessionState.Running } : null;
        };
        using var other = await test.Pool.RentAsync();

        var exception = await TimeOutLastAsync(test);
        Assert.Equal(areAllThere ? 2 : 0, exception.LongestHolders.Count(static holder => holder.Session is not null));
        Assert.Equal(!areAllThere, exception.Message.Contains("a proxy or an address translation is in between", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_reported_of_a_session_that_is_much_older()
    {
        await using var test = await FullAsync(1);
        Activity(test).Describe = static id => new ServerSession { Id = id, ClientPort = 1000 + (int)id, State = SessionState.Running, Age = TimeSpan.FromHours(1) };

        Assert.Null(Assert.Single((await TimeOutLastAsync(test)).LongestHolders).Session);
    }

    [Fact]
    public async Task Limits_of_the_users_rights_are_in_the_exception()
    {
        await using var test = await FullAsync(1);
        Activity(test).Limitation = "locks are not visible to the pool's user";

        Assert.Contains("UTC: locks are not visible to the pool's user.", (await TimeOutLastAsync(test)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_that_block_each_other_are_written_once()
    {
        await using var test = await FullAsync(2);
        long[] ids = [.. test.Database.OpenSessions.Select(static session => (long)session.Id)];
        Activity(test).Describe = id => new ServerSession
        {
            Id = id,
            ClientPort = 1000 + (int)id,
            State = SessionState.Running,
            IsWaitingForLock = true,
            BlockedBy = [ids.Single(other => other != id)],
        };
        using var other = await test.Pool.RentAsync();

        var holder = (await TimeOutLastAsync(test)).LongestHolders[0];
        Assert.Matches("^running, waiting for a lock of [^,]+, which is running, waiting for a lock of [^,]+$", holder.Session!.ToString());
        var chain = new List<long>();
        for (var session = holder.Session; session is not null && chain.Count < 10; session = session.BlockedBy is [var blocker, ..] ? blocker : null)
        {
            chain.Add(session.SessionId);
        }

        // As a program follows it: it ends where it comes back.
        Assert.Equal([holder.Session.SessionId, ids.Single(id => id != holder.Session.SessionId), holder.Session.SessionId], chain);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Holder_is_unknown_when_its_lease_ended_during_the_query(bool endsBlocker)
    {
        await using var test = await FullAsync(2);
        var first = await test.Pool.RentAsync();
        var second = await test.Pool.RentAsync();
        var (firstId, secondId) = (IdOf(first), IdOf(second));
        Activity(test).Describe = id => new ServerSession
        {
            Id = id, ClientPort = 1000 + (int)id, State = SessionState.Running, IsWaitingForLock = id == firstId, BlockedBy = id == firstId ? [secondId] : [],
        };
        var waiting = test.Pool.RentAsync().AsTask();
        Activity(test).BeforeAnswer = async _ =>
        {
            (endsBlocker ? second : first).Dispose();
            await waiting;
        };

        await QueryAsync(test, () => test.Pool.Engine.Sessions!.Last is not null);
        using var next = await waiting.Soon();
        Assert.Equal(endsBlocker ? secondId : firstId, IdOf(next));
        var reported = Assert.Single(test.Pool.GetLeases(), static lease => lease.Session is not null).Session!;
        Assert.Equal(endsBlocker ? firstId : secondId, reported.SessionId);
        if (endsBlocker)
        {
            var blocker = Assert.Single(reported.BlockedBy);
            Assert.Equal(("test", false), (blocker.PoolName, blocker.CallSite.IsKnown));
            Assert.EndsWith($"waiting for a lock of session {secondId} of pool test, which is running", reported.ToString(), StringComparison.Ordinal);
        }

        (endsBlocker ? first : second).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sessions_of_another_server_with_the_same_ids_are_left_out(bool hasPorts)
    {
        await using var test = await TestPool.FullAsync(1, configure: null, database => new ActivityProvider(database) { HasPorts = hasPorts });
        await using var other = new ConnectionPool(new ActivityProvider(new StubDatabase()) { Server = "other", HasPorts = hasPorts }, test.NewOptions());
        using var otherLease = await other.RentAsync().Soon();
        using var lease = await test.Pool.RentAsync();
        Activity(test).Describe = id => new ServerSession
        {
            Id = id, ClientPort = hasPorts ? 1000 + (int)id : null, State = SessionState.Running, IsWaitingForLock = id == IdOf(lease), BlockedBy = [IdOf(lease) + 7],
        };
        Assert.Equal(IdOf(lease), IdOf(otherLease));

        var exception = await TimeOutAsync(test);
        Assert.Equal([IdOf(lease)], Activity(test).LastIds);
        Assert.Equal("test", Assert.Single(exception.LongestHolders).Session!.PoolName);
        Assert.Null(Assert.Single(other.GetLeases()).Session);
        Assert.Null(Assert.Single(exception.LongestHolders[0].Session!.BlockedBy).PoolName);
    }

    [Fact]
    public async Task Server_is_not_queried_while_nothing_is_leased()
    {
        await using var test = await FullAsync(1);
        test.Pool.Suspend();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.Pass(TimeSpan.FromSeconds(10), Second);

        Assert.Equal(0, Activity(test).Queries);
        test.Pool.Resume();
        (await waiting.Soon()).Dispose();
    }

    [Theory]
    [InlineData("suspended")]
    [InlineData("isolated")]
    [InlineData("draining")]
    public async Task Server_is_not_queried_while_an_operator_stops_the_pool(string state)
    {
        await using var test = await FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var drain = Task.CompletedTask;
        switch (state)
        {
            case "suspended":
                test.Pool.Suspend();
                break;
            case "isolated":
                test.Pool.IsolateCircuit();
                break;
            default:
                drain = test.Pool.DrainAsync();
                break;
        }

        await test.Pass(TimeSpan.FromSeconds(40), Second);
        Assert.Equal(0, Activity(test).Queries);
        lease.Dispose();
        await test.Pump(drain);
    }

    [Fact]
    public async Task Request_of_a_caller_that_is_gone_expires()
    {
        await using var test = await FullAsync(1);
        using var lease = await test.Pool.RentAsync();
        test.Pool.Engine.Sessions!.Want(test.Pool.Engine.Settings.Clock.Elapsed);
        Assert.True(test.Pool.Engine.Sessions.IsWanted(test.Pool.Engine.Settings.Clock.Elapsed + TimeSpan.FromSeconds(4)));
        Assert.False(test.Pool.Engine.Sessions.IsWanted(test.Pool.Engine.Settings.Clock.Elapsed + TimeSpan.FromSeconds(5)));

        await QueryAsync(test, () => test.Pool.Engine.Sessions.Last is not null);
        Assert.False(test.Pool.Engine.Sessions.IsWanted(test.Pool.Engine.Settings.Clock.Elapsed));
        await test.Pass(TimeSpan.FromSeconds(20), Second);
        Assert.Equal(1, Activity(test).Queries);
    }

    [Fact]
    public async Task Later_incident_at_the_same_lines_is_recorded_again()
    {
        await using var test = await FullAsync(1);
        Activity(test).Describe = static id => new ServerSession { Id = id, ClientPort = 1000 + (int)id, State = SessionState.Running, IsWaitingForLock = true };
        for (var i = 1; i <= 2; i++)
        {
            var lease = await test.Pool.RentAsync();
            var waiting = test.Pool.RentAsync().AsTask();
            await QueryAsync(test, () => Recorded(test) == i && test.Database.Sessions == 1);
            lease.Dispose();
            (await waiting.Soon()).Dispose();
            await test.Pass(TimeSpan.FromSeconds(31), Second);
            Assert.Equal(i, Recorded(test));
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Locks_are_the_reason_when_half_of_the_leases_wait_for_one(int waitingSessions, bool areReason)
    {
        await using var test = await FullAsync(4);
        var leases = await test.RentAsync(4);
        var ids = leases.Take(waitingSessions).Select(IdOf).ToHashSet();
        var blocker = IdOf(leases[3]) + 7;
        Activity(test).Others = [blocker];
        Activity(test).Describe = id => new ServerSession
        {
            Id = id,
            ClientPort = 1000 + (int)id,
            User = "reporting",
            ClientAddress = "10.0.0.7",
            State = SessionState.Running,
            StateDuration = TimeSpan.FromSeconds(9),
            IsWaitingForLock = ids.Contains(id),
            BlockedBy = ids.Contains(id) ? [blocker] : [],
        };
        var waiting = test.Pool.RentAsync().AsTask();
        await QueryAsync(test, () => test.Pool.GetLeases().All(static lease => lease.Session is not null));

        // Saturated, but not long enough for the causes that need a trend.
        var found = test.Pool.Diagnose();
        Assert.Equal(areReason, found.Findings.Any(static finding => finding.Kind == FindingKind.LockWait));
        if (areReason)
        {
            Assert.Contains($"because of session {blocker} outside this process, which is running for 9.0 s", found.Summary, StringComparison.Ordinal);
        }

        Assert.Contains(test.Pool.GetLeases(), lease => lease.ToString().Contains($"session {blocker} outside this process (user reporting, 10.0.0.7)", StringComparison.Ordinal));
        var exception = await TimeOutAsync(test);
        Assert.Equal(areReason, exception.Message.EndsWith(" Make the transaction that keeps the lock shorter.", StringComparison.Ordinal));
        Array.ForEach(leases, static lease => lease.Dispose());
        (await waiting.Soon()).Dispose();

        // The callers are gone, so nothing is wrong any more.
        Assert.DoesNotContain(test.Pool.Diagnose().Findings, static finding => finding.Kind == FindingKind.LockWait);
    }

    [Fact]
    public async Task Reader_that_never_ends_does_not_block_the_next_query()
    {
        var never = new TaskCompletionSource();
        await using var test = await FullAsync(1);
        Activity(test).BeforeAnswer = _ => never.Task;
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.PassUntil(() => Activity(test).Queries == 2, Second);

        Assert.True(test.Pool.Engine.Sessions!.Last!.HasFailed);
        never.SetResult();
        lease.Dispose();
        (await waiting.Soon()).Dispose();
    }

    private static long IdOf(ConnectionLease lease) => lease.SessionId();

    /// <summary>
    /// Lets callers wait for so long that the server is queried; the query itself takes none of the fake time.
    /// </summary>
    private static async Task QueryAsync(TestPool test, Func<bool> isDone)
    {
        await test.Pass(Second * 2, Second);
        await Patience.SoonAsync(isDone);
    }

    /// <summary>
    /// Lets time pass until the server is queried once more. None passes during the query, which would end it: a query
    /// has a timer of its own.
    /// </summary>
    private static async Task PassQueryAsync(TestPool test)
    {
        var (timers, queries) = (test.Time.Timers, test.Pool.GetStatistics().ServerQueries);
        while (test.Pool.GetStatistics().ServerQueries == queries)
        {
            await test.Time.StepAsync(Second);
            await Patience.SoonAsync(() => test.Time.Timers <= timers);
        }

        await Patience.SoonAsync(() => test.Time.Timers <= timers);
    }

    private static int Recorded(TestPool test) => test.Pool.GetEvents().Count(static happened => happened.Kind == PoolEventKind.SessionsBlocked);

    private static Task<TestPool> FullAsync(int size, Action<ConnectionPoolOptions>? configure = null) =>
        TestPool.FullAsync(size, configure, static database => new ActivityProvider(database));

    private static ActivityProvider Activity(TestPool test) => (ActivityProvider)test.Provider;

    /// <summary>Rents the last connection, and returns the exception of a caller that waits for it.</summary>
    private static async Task<PoolTimeoutException> TimeOutLastAsync(TestPool test)
    {
        using var lease = await test.Pool.RentAsync();
        return await TimeOutAsync(test);
    }

    /// <summary>Returns the exception of a caller that waits until a report has come.</summary>
    private static async Task<PoolTimeoutException> TimeOutAsync(TestPool test)
    {
        var before = test.Pool.Engine.Sessions!.Last;
        var waiting = test.Pool.RentAsync(TimeSpan.FromSeconds(20)).AsTask();
        await test.Pass(TimeSpan.FromSeconds(2), Second);
        await Patience.SoonAsync(() => before is not null || test.Pool.Engine.Sessions.Last is not null);
        test.Time.Advance(TimeSpan.FromSeconds(18));
        return await Assert.ThrowsAsync<PoolTimeoutException>(() => waiting.Soon());
    }
}
