namespace Cenote.SharedBudget.Stores;

/// <summary>A table in a row of the database whose connections are shared. Each call is one statement.</summary>
internal sealed class DatabaseGrantStore(ControlConnection connection, DatabaseDialect dialect, string name) : IGrantStore
{
    private bool _exists;

    public async ValueTask<StoredTable> ReadAsync(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadTableAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // Someone may have dropped the table.
            _exists = false;
            throw;
        }
    }

    public async ValueTask<bool> TryWriteAsync(StoredTable read, string text, CancellationToken cancellationToken)
    {
        var version = Guid.NewGuid().ToString("N");
        return read.Version.Length == 0
            ? await connection.ExecuteAsync(dialect.InsertTable, cancellationToken, ("@name", name), ("@version", version), ("@content", text)).ConfigureAwait(false) == 1
            : await connection.ExecuteAsync(
                dialect.UpdateTable, cancellationToken, ("@name", name), ("@version", version), ("@content", text), ("@read", read.Version), ("@epoch", read.Epoch)).ConfigureAwait(false) == 1;
    }

    private async ValueTask<StoredTable> ReadTableAsync(CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(dialect.ReadTable, cancellationToken, ("@name", name)).ConfigureAwait(false);
        if (rows[0][3] is not string && dialect.InsertLife is { } insertLife)
        {
            await connection.ExecuteAsync(insertLife, cancellationToken, ("@life", Guid.NewGuid().ToString("N"))).ConfigureAwait(false);
            rows = await connection.QueryAsync(dialect.ReadTable, cancellationToken, ("@name", name)).ConfigureAwait(false);
        }

        return new StoredTable(Text(rows[0][0]), Text(rows[0][1]), Convert.ToInt64(rows[0][2], CultureInfo.InvariantCulture), Text(rows[0][3]));
    }

    private async ValueTask CreateAsync(CancellationToken cancellationToken)
    {
        if (_exists)
        {
            return;
        }

        if (Convert.ToInt64((await connection.QueryAsync(dialect.FindTable, cancellationToken).ConfigureAwait(false))[0][0], CultureInfo.InvariantCulture) == 0)
        {
            try
            {
                await connection.ExecuteAsync(dialect.CreateTable, cancellationToken).ConfigureAwait(false);
                if (dialect.CreateLife is { } createLife)
                {
                    await connection.ExecuteAsync(createLife, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (DbException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another instance may create it at this moment. The next statement fails if none does.
            }
        }

        _exists = true;
    }

    private static string Text(object? value) => value as string ?? "";
}
