namespace Cenote.ProviderTests.PostgreSql;

/// <summary>One catalogue of types for all connections of a pool.</summary>
public sealed class TypeCatalogueTests
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Types_are_loaded_once_for_a_pool(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var loads = await database.CountLoadsAsync(async () =>
        {
            await using var pool = database.NewPool(clearing, maxSize: 4);
            await pool.WarmUpAsync(4, cancellationToken: Stop);
            pool.Clear();
            await pool.WarmUpAsync(4, cancellationToken: Stop);
            await using var dedicated = await pool.OpenDedicatedConnectionAsync(Stop);
            Assert.True(pool.GetStatistics().ConnectionsOpened >= 8);
        });
        Assert.Equal(1, loads);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Types_are_loaded_once_when_all_connections_open_at_once(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var loads = await database.CountLoadsAsync(async () =>
        {
            await using var pool = database.NewPool(clearing, maxSize: 8, options => options.MaxConcurrentOpens = 8);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.ExecuteAsync("SELECT pg_sleep(0.01)")));
        });
        Assert.Equal(1, loads);
    }

    [Theory]
    [InlineData(SessionReset.ByDriver, true)]
    [InlineData(SessionReset.ByDriver, false)]
    [InlineData(SessionReset.ByPool, true)]
    [InlineData(SessionReset.ByPool, false)]
    public async Task All_connections_know_a_type_that_one_holder_reloaded(SessionReset clearing, bool isAsync)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(clearing, maxSize: 4);
        await pool.WarmUpAsync(4, cancellationToken: Stop);

        // Three that were leased meanwhile, and the one that reloads.
        var leases = await RentAllAsync(pool, 4);
        await ReloadAsync(leases[2].Unwrap<NpgsqlConnection>(), isAsync);
        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
        }

        leases = await RentAllAsync(pool, 4);
        foreach (var lease in leases)
        {
            Assert.Equal("happy", await lease.Connection.ScalarAsync("SELECT 'happy'::mood"));
            await lease.DisposeAsync();
        }

        Assert.Equal(4, pool.GetStatistics().ConnectionsOpened);

        // Those opened later, too, in place of the others.
        pool.Clear();
        leases = await RentAllAsync(pool, 4);
        foreach (var lease in leases)
        {
            Assert.Equal("sad", await lease.Connection.ScalarAsync("SELECT 'sad'::mood"));
            await lease.DisposeAsync();
        }

        Assert.Equal(8, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Lease_knows_a_type_whose_holder_has_not_returned_yet(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(clearing, maxSize: 3);
        await pool.WarmUpAsync(2, cancellationToken: Stop);
        await using var holder = await pool.RentAsync(Stop);
        await ReloadAsync(holder.Unwrap<NpgsqlConnection>(), isAsync: true);

        await using var idleBefore = await pool.RentAsync(Stop);
        Assert.Equal("happy", await idleBefore.Connection.ScalarAsync("SELECT 'happy'::mood"));
        await using var opened = await pool.RentAsync(Stop);
        Assert.Equal("happy", await opened.Connection.ScalarAsync("SELECT 'happy'::mood"));
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Types_reloaded_on_every_connection_in_turn_are_known_to_all(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(clearing, maxSize: 2);
        for (var i = 0; i < 4; i++)
        {
            var leases = await RentAllAsync(pool, 2);
            var reloading = leases[i % 2].Unwrap<NpgsqlConnection>();
            await reloading.ExecuteAsync($"CREATE TYPE mood{i} AS ENUM ('happy', 'sad')");
            await reloading.ReloadTypesAsync(Stop);
            await leases[0].DisposeAsync();
            await leases[1].DisposeAsync();
            leases = await RentAllAsync(pool, 2);
            foreach (var lease in leases)
            {
                Assert.Equal("happy", await lease.Connection.ScalarAsync($"SELECT 'happy'::mood{i}"));
                await lease.DisposeAsync();
            }
        }
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Types_can_be_reloaded_while_connections_open(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(clearing, maxSize: 8);
        await pool.ExecuteAsync("CREATE TYPE mood AS ENUM ('happy', 'sad')");
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await using var lease = await pool.RentAsync(Stop);
            if (i % 4 == 0)
            {
                await lease.Unwrap<NpgsqlConnection>().ReloadTypesAsync(Stop);
            }

            if (i % 4 == 1)
            {
                lease.RetireOnReturn();
            }
        }));
        foreach (var lease in await RentAllAsync(pool, 8))
        {
            Assert.Equal("happy", await lease.Connection.ScalarAsync("SELECT 'happy'::mood"));
            await lease.DisposeAsync();
        }
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Reload_that_was_cancelled_leaves_no_connection_without_types(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(clearing);
        await using var administrator = await database.ConnectAsync();
        await pool.ExecuteAsync("CREATE TYPE mood AS ENUM ('happy', 'sad')");
        await using (var lease = await pool.RentAsync(Stop))
        {
            await lease.Unwrap<NpgsqlConnection>().ReloadTypesAsync(Stop);
        }

        await using (var lease = await pool.RentAsync(Stop))
        {
            // The load must wait for the lock, and is cancelled there.
            await using var transaction = await administrator.BeginTransactionAsync(Stop);
            await administrator.ExecuteAsync("LOCK TABLE pg_enum IN ACCESS EXCLUSIVE MODE");
            using var cancellation = new CancellationTokenSource();
            var session = lease.Unwrap<NpgsqlConnection>();
            var process = session.ProcessID;
            var reloading = session.ReloadTypesAsync(cancellation.Token);
            await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(
                $"SELECT count(*) FROM pg_stat_activity WHERE pid = {process} AND wait_event_type = 'Lock'") == 1);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => reloading);
            await transaction.RollbackAsync(Stop);
        }

        Assert.Equal("happy", await pool.ScalarAsync<string>("SELECT 'happy'::mood"));
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Connections_to_several_hosts_know_a_type_that_one_holder_reloaded(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        address.Host = $"127.0.0.1:{address.Port},127.0.0.1:{address.Port}";
        await using var pool = database.NewPool(clearing, maxSize: 4, connectionString: address.ConnectionString);
        var leases = await RentAllAsync(pool, 4);
        await ReloadAsync(leases[1].Unwrap<NpgsqlConnection>(), isAsync: true);
        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
        }

        for (var i = 0; i < 2; i++)
        {
            leases = await RentAllAsync(pool, 4);
            foreach (var lease in leases)
            {
                Assert.Equal("happy", await lease.Connection.ScalarAsync("SELECT 'happy'::mood"));
                await lease.DisposeAsync();
            }

            pool.Clear();
        }
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Types_are_loaded_again_once_they_are_forgotten(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var loads = await database.CountLoadsAsync(async () =>
        {
            await using var pool = database.NewPool(clearing, maxSize: 2);
            await pool.WarmUpAsync(2, cancellationToken: Stop);
            await using (var before = await pool.RentAsync(Stop))
            {
                await before.Connection.ExecuteAsync("CREATE TYPE mood AS ENUM ('happy', 'sad')");
                Assert.IsAssignableFrom<ITypeCache>(pool.Provider).ClearTypeCache();
                pool.Clear();
                Assert.Equal("happy", await pool.ScalarAsync<string>("SELECT 'happy'::mood"));
            }

            Assert.Equal("happy", await pool.ScalarAsync<string>("SELECT 'happy'::mood"));
        });
        Assert.Equal(2, loads);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task First_load_that_hangs_ends_with_its_connect_timeout(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var administrator = await database.ConnectAsync();
        await using var pool = database.NewPool(clearing, maxSize: 4, options => options.ConnectTimeout = TimeSpan.FromSeconds(3));
        await using (var transaction = await administrator.BeginTransactionAsync(Stop))
        {
            await administrator.ExecuteAsync("LOCK TABLE pg_enum IN ACCESS EXCLUSIVE MODE");
            var rents = Enumerable.Range(0, 4).Select(_ => pool.RentAsync(Stop).AsTask()).ToArray();
            await Patience.SoonAsync(() => pool.GetStatistics().OpenFailures > 0);
            await transaction.RollbackAsync(Stop);

            // Those whose open began in time have a lease.
            foreach (var rent in rents)
            {
                try
                {
                    await using var lease = await rent;
                }
                catch (PoolException)
                {
                }
            }
        }

        pool.CloseCircuit();
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
    }

    private static async Task<List<ConnectionLease>> RentAllAsync(ConnectionPool pool, int count)
    {
        var leases = new List<ConnectionLease>();
        for (var i = 0; i < count; i++)
        {
            leases.Add(await pool.RentAsync(Stop));
        }

        return leases;
    }

    private static async Task ReloadAsync(NpgsqlConnection session, bool isAsync)
    {
        await session.ExecuteAsync("CREATE TYPE mood AS ENUM ('happy', 'sad')");
        if (isAsync)
        {
            await session.ReloadTypesAsync(Stop);
        }
        else
        {
            session.ReloadTypes();
        }
    }
}
