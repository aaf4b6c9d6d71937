using System.Data.Common;

namespace Cenote.QueryBench;

/// <summary>A connection of the driver's own pool for each query.</summary>
internal sealed class DriverSide(string name, DbDataSource dataSource) : ISide
{
    public string Name => name;

    /// <summary>
    /// Opens all connections of the pool in the way of its callers: a connection that was opened awaiting is slower for
    /// callers that block.
    /// </summary>
    internal async Task OpenAllAsync(bool isBlocking)
    {
        if (!isBlocking)
        {
            var opened = await Task.WhenAll(Enumerable.Range(0, Statement.Connections).Select(_ => dataSource.OpenConnectionAsync().AsTask()));
            await Task.WhenAll(opened.Select(static connection => connection.DisposeAsync().AsTask()));
            return;
        }

        using var allOpen = new Barrier(Statement.Connections);
        Thread[] threads = [.. Enumerable.Range(0, Statement.Connections).Select(_ => new Thread(() =>
        {
            using var connection = dataSource.OpenConnection();
            allOpen.SignalAndWait();
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    }

    public async ValueTask QueryAsync()
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Statement.Text;
        await command.ExecuteScalarAsync();
    }

    public void Query()
    {
        using var connection = dataSource.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = Statement.Text;
        command.ExecuteScalar();
    }

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();
}
