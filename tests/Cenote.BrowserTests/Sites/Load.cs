using System.Data.Common;

namespace Cenote.BrowserTests.Sites;

/// <summary>Clients that use a pool without an end, but leave the processor time to breathe.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients = [];
    private long _done;

    /// <summary>How many leases came to a good end.</summary>
    internal long Done => Interlocked.Read(ref _done);

    /// <summary>Clients that each open a connection of the pool, run the statements on it, and give it back.</summary>
    internal Load Add(DbDataSource pool, int clients, params string[] statements)
    {
        for (var client = 0; client < clients; client++)
        {
            _clients.Add(Task.Run(() => WorkAsync(pool, statements)));
        }

        return this;
    }

    /// <summary>Returns once no client holds or awaits a connection any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients).Soon();
        _stop.Dispose();
    }

    private async Task WorkAsync(DbDataSource pool, string[] statements)
    {
        using var pauses = new PeriodicTimer(Pause);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // A pool knows who rents; a caller who knows only a DbDataSource stays unknown.
                await using var connection = pool is ConnectionPool known ? await known.OpenConnectionAsync(_stop.Token) : await pool.OpenConnectionAsync(_stop.Token);
                foreach (var statement in statements)
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = statement;
                    await command.ExecuteScalarAsync();
                }

                Interlocked.Increment(ref _done);
            }
            catch (Exception)
            {
                // Servers are killed here, and statements are wrong on purpose: the dashboard is to show it, the client
                // goes on until it is stopped.
            }

            await pauses.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
