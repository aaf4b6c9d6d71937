using System.Data;
using System.Text;

namespace Cenote.ProviderTests.WhenDirty;

/// <summary>One lease of random statements, sent in random ways.</summary>
internal sealed class LeakLease(LeakWorld world, Random random, StringBuilder log)
{
    internal async Task RunAsync(ConnectionPool pool, CancellationToken cancellationToken)
    {
        if (random.Next(40) == 0)
        {
            log.AppendLine("raw lease");
            await using var lease = await pool.RentAsync(cancellationToken);
            await IgnoreAsync(() => lease.Connection.ExecuteAsync(Pick(world.Dirty)));
            return;
        }

        // Half of the leases have no dirty statement at all, so that clean ones follow each other on one session.
        var mayBeDirty = random.Next(2) == 0;
        await using var connection = await pool.OpenConnectionAsync(cancellationToken);
        var transaction = default(DbTransaction);
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var text = mayBeDirty && random.Next(4) == 0 ? Hidden(Pick(world.Dirty)) : Pick(world.Clean);
            if (random.Next(5) == 0)
            {
                text = text.Replace(" ", random.Next(2) == 0 ? " /* why */ " : " -- why\n", StringComparison.Ordinal);
            }

            await IgnoreAsync(async () =>
            {
                switch (random.Next(mayBeDirty ? 12 : 8))
                {
                    case 0 when transaction is null:
                        log.AppendLine("begin a transaction");
                        transaction = await connection.BeginTransactionAsync(random.Next(8) == 0 ? IsolationLevel.Serializable : IsolationLevel.Unspecified, cancellationToken);
                        break;
                    case 1 when transaction is not null:
                        log.AppendLine("end the transaction");
                        var ended = transaction;
                        transaction = null;
                        await (random.Next(2) == 0 ? ended.CommitAsync(cancellationToken) : ended.RollbackAsync(cancellationToken));
                        break;
                    case 2:
                        await ReadAsync(connection, text, cancellationToken);
                        break;
                    case 3:
                        await SendBatchAsync(connection, text, cancellationToken);
                        break;
                    case 9:
                        log.AppendLine("unwrap: " + text);
                        await connection.Unwrap<DbConnection>().ExecuteAsync(text);
                        break;
                    case 10:
                        log.AppendLine("prepare: " + text);
                        await using (var command = connection.CreateCommand())
                        {
                            command.CommandText = text;
                            await command.PrepareAsync(cancellationToken);
                        }

                        break;
                    case 11:
                        log.AppendLine("leave a reader: " + text);
                        var left = connection.CreateCommand();
                        left.CommandText = text;
                        await left.ExecuteReaderAsync(cancellationToken);
                        break;
                    default:
                        log.AppendLine("execute: " + text);
                        await connection.ExecuteAsync(text);
                        break;
                }
            });
        }

        if (transaction is not null && !(mayBeDirty && random.Next(3) == 0))
        {
            log.AppendLine("commit");
            await IgnoreAsync(() => transaction.CommitAsync(cancellationToken));
        }
    }

    private async Task ReadAsync(PooledConnection connection, string text, CancellationToken cancellationToken)
    {
        log.AppendLine("read: " + text);
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
            }
        }
        while (await reader.NextResultAsync(cancellationToken));
    }

    private async Task SendBatchAsync(PooledConnection connection, string text, CancellationToken cancellationToken)
    {
        var other = Pick(world.Clean);
        log.Append("batch: ").Append(other).Append(" | ").AppendLine(text);
        await using var batch = connection.CreateBatch();
        foreach (var part in new[] { other, text })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = part;
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Hidden(string text) =>
        random.Next(2) == 0 ? text : string.Format(null, System.Text.CompositeFormat.Parse(Pick(world.Disguises)), text);

    private string Pick(IReadOnlyList<string> texts) => texts[random.Next(texts.Count)];

    private async Task IgnoreAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or NotSupportedException)
        {
            log.Append("  failed: ").AppendLine(exception.Message);
        }
    }
}
