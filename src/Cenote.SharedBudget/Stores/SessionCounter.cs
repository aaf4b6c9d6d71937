using Cenote.SharedBudget.Grants;

namespace Cenote.SharedBudget.Stores;

/// <summary>
/// Counts the sessions of the instances at the server by their label, and ends sessions of instances whose grant is
/// over.
/// </summary>
internal sealed class SessionCounter(ControlConnection connection, DatabaseDialect dialect, SessionLabel label)
{
    private const int KeyLength = SessionLabel.FamilyLength + 1 + SessionLabel.InstanceLength;

    /// <summary>Checks that the server tells the sessions of the instances apart.</summary>
    /// <exception cref="NotSupportedException">It does not.</exception>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (dialect.CanCount is { } canCount
            && Convert.ToInt64((await connection.QueryAsync(canCount, cancellationToken).ConfigureAwait(false))[0][0], CultureInfo.InvariantCulture) == 0)
        {
            throw new NotSupportedException("The database does not tell the sessions of the instances apart, because performance_schema is OFF. Start the server with performance_schema=ON.");
        }

        if (!HasOwn(await QueryAsync(cancellationToken).ConfigureAwait(false)))
        {
            throw new NotSupportedException("The database does not list the session of this instance under its application name. A pooler between the instance and the server may hide it. Connect to the server itself.");
        }
    }

    /// <summary>Counts the sessions of each instance that has any, this one among them.</summary>
    /// <exception cref="InvalidOperationException">The server does not list this instance's own session.</exception>
    internal async Task<List<CountedInstance>> CountAsync(CancellationToken cancellationToken)
    {
        var counted = await QueryAsync(cancellationToken).ConfigureAwait(false);
        return HasOwn(counted) ? counted : throw new InvalidOperationException("The server does not list the session that counts, so that the count is not complete.");
    }

    /// <summary>Asks the server something, to see that this instance has a session.</summary>
    internal Task PingAsync(CancellationToken cancellationToken) => connection.QueryAsync("SELECT 1", cancellationToken);

    /// <summary>
    /// Ends idle sessions of an instance, the longest idle first. The server looks once more as it ends one. A session
    /// that runs a statement, and on PostgreSQL one in a transaction, is left: its share stays taken until it
    /// ends.
    /// </summary>
    /// <returns>How many were ended.</returns>
    internal async Task<int> EndAsync(string instance, int count, CancellationToken cancellationToken)
    {
        if (dialect.EndSessions is { } endSessions)
        {
            return await ReadNumberAsync(Format(endSessions, count), instance, cancellationToken).ConfigureAwait(false);
        }

        var rows = await connection.QueryAsync(dialect.FindSessions!, cancellationToken, ("@label", label.PatternOf(instance))).ConfigureAwait(false);
        var ended = 0;
        foreach (var row in rows.Take(count))
        {
            var session = Convert.ToInt64(row[0], CultureInfo.InvariantCulture);
            if (await ReadNumberAsync(Format(dialect.IsSessionIdle!, session), instance, cancellationToken).ConfigureAwait(false) == 1)
            {
                await connection.ExecuteAsync(Format(dialect.EndSession!, session), cancellationToken).ConfigureAwait(false);
                ended++;
            }
        }

        return ended;
    }

    private static string Format(string statement, long number) => string.Format(CultureInfo.InvariantCulture, statement, number);

    private async Task<int> ReadNumberAsync(string statement, string instance, CancellationToken cancellationToken) => Convert.ToInt32(
        (await connection.QueryAsync(statement, cancellationToken, ("@label", label.PatternOf(instance))).ConfigureAwait(false))[0][0], CultureInfo.InvariantCulture);

    private async Task<List<CountedInstance>> QueryAsync(CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(dialect.CountSessions, cancellationToken, ("@label", label.Pattern)).ConfigureAwait(false);
        return
        [
            .. rows.Select(static row => ((string)row[0]!, Convert.ToInt32(row[1], CultureInfo.InvariantCulture))).Where(static row => row.Item1.Length == KeyLength)
                .Select(static row => new CountedInstance(row.Item1[..SessionLabel.FamilyLength], row.Item1[^SessionLabel.InstanceLength..], row.Item2)),
        ];
    }

    private bool HasOwn(List<CountedInstance> counted) => counted.Exists(instance => instance.Id == label.Instance);
}
