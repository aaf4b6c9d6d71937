using MySqlConnector;
using Npgsql;

namespace Cenote.AdoNetTests;

/// <summary>Event handlers that a holder adds to the driver's connection hear of its own session only.</summary>
public class HandlerTests
{
    private readonly List<string> _heard = [];

    public static MatrixTheoryData<Db, bool> EveryFace => new(Enum.GetValues<Db>(), [false, true]);

    [Theory]
    [MemberData(nameof(EveryFace))]
    public async Task Messages_of_the_server_reach_only_the_holder(Db db, bool isRaw)
    {
        await using var pool = TestPool.Create(db);
        await HoldAsync(pool, isRaw, async connection =>
        {
            Listen(connection, "first");
            await SpeakAsync(connection, db);
        });

        // Else nothing would be shown.
        Assert.Equal(db != Db.Sqlite, _heard.Contains("first", StringComparer.Ordinal));
        _heard.Clear();
        for (var i = 0; i < 3; i++)
        {
            await HoldAsync(pool, isRaw, connection => SpeakAsync(connection, db));
            await HoldAsync(pool, !isRaw, connection => SpeakAsync(connection, db));
        }

        Assert.Empty(_heard);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [MemberData(nameof(EveryFace))]
    public async Task Later_changes_of_state_and_disposals_do_not_reach_an_earlier_holder(Db db, bool isRaw)
    {
        var pool = TestPool.Create(db);
        await HoldAsync(pool, isRaw, connection =>
        {
            connection.StateChange += (_, _) => _heard.Add("state");
            connection.Disposed += (_, _) => _heard.Add("disposed");
            return Task.CompletedTask;
        });
        await HoldAsync(pool, isRaw, static connection => connection.RunAsync("SELECT 1"));
        await pool.DisposeAsync();
        Assert.Empty(_heard);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_notification_for_the_next_holder_does_not_reach_the_one_before(Db db)
    {
        await using var pool = TestPool.Create(db);
        var channel = "c" + Guid.NewGuid().ToString("N");
        await HoldAsync(pool, isRaw: true, connection =>
        {
            ((NpgsqlConnection)connection).Notification += (_, said) => _heard.Add(said.Payload);
            return connection.RunAsync("LISTEN " + channel);
        });
        await HoldAsync(pool, isRaw: true, async connection =>
        {
            await connection.RunAsync("LISTEN " + channel);
            await connection.RunAsync($"NOTIFY {channel}, 'secret'");
            await connection.RunAsync("SELECT 1");
        });
        Assert.Empty(_heard);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Callbacks_of_a_holder_are_not_the_next_ones(Db db)
    {
        await using var pool = TestPool.Create(db);
        for (var i = 0; i < 2; i++)
        {
            await HoldAsync(pool, isRaw: true, connection =>
            {
                // Some are obsolete, and there all the same.
                var callbacks = connection.GetType().GetProperties()
                    .Where(static property => property.CanWrite && typeof(Delegate).IsAssignableFrom(property.PropertyType)).ToList();
                Assert.Equal(db == Db.MariaDb ? 3 : 4, callbacks.Count);
                foreach (var callback in callbacks)
                {
                    Assert.Null(callback.GetValue(connection));
                    callback.SetValue(connection, Nothing(callback.PropertyType));
                }

                return Task.CompletedTask;
            });
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    private static Delegate Nothing(Type type)
    {
        var method = type.GetMethod("Invoke")!;
        return System.Linq.Expressions.Expression.Lambda(
            type,
            System.Linq.Expressions.Expression.Default(method.ReturnType),
            method.GetParameters().Select(static parameter => System.Linq.Expressions.Expression.Parameter(parameter.ParameterType))).Compile();
    }

    private static async Task HoldAsync(ConnectionPool pool, bool isRaw, Func<DbConnection, Task> hold)
    {
        if (isRaw)
        {
            await using var lease = await pool.RentAsync();
            await hold(lease.Connection);
        }
        else
        {
            await using var connection = await pool.OpenConnectionAsync();
            await hold(connection.Unwrap<DbConnection>());
        }
    }

    private void Listen(DbConnection connection, string name)
    {
        switch (connection)
        {
            case NpgsqlConnection session:
                session.Notice += (_, _) => _heard.Add(name);
                break;
            case MySqlConnection session:
                session.InfoMessage += (_, _) => _heard.Add(name);
                break;
        }
    }

    private static Task<int> SpeakAsync(DbConnection connection, Db db) => db switch
    {
        Db.Sqlite => connection.RunAsync("SELECT 1"),
        Db.MariaDb => connection.RunAsync("DROP TABLE IF EXISTS a_table_that_does_not_exist"),
        _ => connection.RunAsync("DO $$ BEGIN RAISE NOTICE 'for one holder'; END $$"),
    };
}
