using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.CliTests.Measuring;

/// <summary>
/// SQLite, with a function that notes its thread, and moves the clock when all clients have called it.
/// </summary>
internal sealed class MeetingSource(int clients) : DbDataSource
{
    public FakeTimeProvider Clock { get; } = new();

    /// <summary>Gets the threads that executed, and whether they are of the thread pool.</summary>
    public ConcurrentDictionary<int, bool> Threads { get; } = new();

    public override string ConnectionString => "Data Source=:memory:";

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        connection.CreateFunction("meet", Meet);
        return connection;
    }

    private long Meet()
    {
        Threads.TryAdd(Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread);
        if (Threads.Count >= clients)
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
        }

        return Threads.Count;
    }
}
