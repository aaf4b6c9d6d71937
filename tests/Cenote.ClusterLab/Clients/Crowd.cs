using System.Diagnostics;
using System.Globalization;
using Cenote.ClusterLab.Clusters;
using Cenote.Providers;

namespace Cenote.ClusterLab.Clients;

/// <summary>
/// Writers that write numbered rows, and readers that look at them, until they are stopped. They go on whatever
/// happens.
/// </summary>
internal sealed class Crowd : IAsyncDisposable
{
    internal const int Writers = 6;
    internal const int Readers = 4;

    // The servers, etcd and the clients share the machine: clients that took all of it would look like a dead network
    // to Patroni.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly Cluster _cluster;
    private readonly Sources _sources;
    private readonly DatabaseProvider _provider;
    private readonly List<Task> _clients = [];
    private volatile bool _isStopping;

    internal Crowd(Cluster cluster, Sources sources)
    {
        _cluster = cluster;
        _sources = sources;
        _provider = cluster.CreateProvider(cluster.Ports[0]);
        for (var writer = 0; writer < Writers; writer++)
        {
            var client = writer;
            _clients.Add(Task.Run(() => WriteAsync(client)));
        }

        for (var reader = 0; reader < Readers; reader++)
        {
            var client = reader;
            _clients.Add(Task.Run(() => ReadAsync(client)));
        }
    }

    internal Ledger Ledger { get; } = new(Writers);

    /// <summary>Ends when each client has finished what it was doing.</summary>
    internal async Task StopAsync()
    {
        _isStopping = true;
        await Task.WhenAll(_clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _provider.DisposeAsync();
    }

    private async Task WriteAsync(int client)
    {
        using var pauses = new PeriodicTimer(Pause);
        for (var number = 1; !_isStopping; number++)
        {
            // A row that failed is not tried again: it may be there, and the next number tells the two apart.
            var row = new Row(client, number);
            var started = Stopwatch.GetTimestamp();
            var isOpen = false;
            try
            {
                await using var connection = await _sources.Writes.OpenConnectionAsync();
                isOpen = true;
                await using var command = Command(connection, _cluster.Insert, client);
                Add(command, "number", number);
                var port = Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
                Ledger.Add(new Write(row, port, started, Stopwatch.GetTimestamp()));
            }
            catch (Exception exception)
            {
                Ledger.AddFailedWrite(row, Failure.Of(exception, _provider, isOpen), started);
            }

            await pauses.WaitForNextTickAsync();
        }
    }

    private async Task ReadAsync(int client)
    {
        using var pauses = new PeriodicTimer(Pause);
        for (var turn = client; !_isStopping; turn++)
        {
            var writer = turn % Writers;
            var started = Stopwatch.GetTimestamp();
            var isOpen = false;
            try
            {
                await using var connection = await _sources.Reads.OpenConnectionAsync();
                isOpen = true;
                await using var command = Command(connection, _cluster.Look, writer);
                await using var reader = await command.ExecuteReaderAsync();
                await reader.ReadAsync();
                var number = Convert.ToInt32(reader.GetValue(2), CultureInfo.InvariantCulture);
                var port = Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture);
                var takesWrites = Convert.ToBoolean(reader.GetValue(1), CultureInfo.InvariantCulture);
                Ledger.Add(new Read(new Row(writer, number), port, takesWrites, started, Stopwatch.GetTimestamp()));
            }
            catch (Exception exception)
            {
                Ledger.AddFailedRead(Failure.Of(exception, _provider, isOpen));
            }

            await pauses.WaitForNextTickAsync();
        }
    }

    private static DbCommand Command(DbConnection connection, string text, int client)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        Add(command, "client", client);
        return command;
    }

    private static void Add(DbCommand command, string name, int value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
