namespace Cenote.SharedBudget.Stores;

/// <summary>
/// Counts the sessions of the instances at the server by their label, and ends sessions of instances whose grant is
/// over.
/// </summary>
internal sealed class SessionCounter(ControlConnection connection, DatabaseDialect dialect, string budgetLabel)
{
    /// <summary>Checks that the server tells the sessions of the instances apart.</summary>
    /// <exception cref="NotSupportedException">It does not.</exception>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (dialect.CanCount is { } canCount
            && Convert.ToInt64((await connection.QueryAsync(canCount, cancellationToken).ConfigureAwait(false))[0][0], CultureInfo.InvariantCulture) == 0)
        {
            throw new NotSupportedException("The database does not tell the sessions of the instances apart, because performance_schema is OFF. Start the server with performance_schema=ON.");
        }
    }

    /// <summary>Counts the sessions of each instance that has any.</summary>
    internal async Task<Dictionary<string, int>> CountAsync(CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(dialect.CountSessions, cancellationToken, ("@label", $"%{budgetLabel}/__________")).ConfigureAwait(false);
        return rows.ToDictionary(static row => (string)row[0]!, static row => Convert.ToInt32(row[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    /// <summary>
    /// Ends idle sessions of an instance, the longest idle first. A session that runs a statement is left: its share
    /// stays taken until it ends.
    /// </summary>
    /// <returns>How many were ended.</returns>
    internal async Task<int> EndAsync(string instance, int count, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(dialect.FindSessions, cancellationToken, ("@label", $"%{budgetLabel}/{instance}")).ConfigureAwait(false);
        var ended = 0;
        foreach (var row in rows.Take(count))
        {
            var session = Convert.ToInt64(row[0], CultureInfo.InvariantCulture);
            await connection.QueryAsync(string.Format(CultureInfo.InvariantCulture, dialect.EndSession, session), cancellationToken).ConfigureAwait(false);
            ended++;
        }

        return ended;
    }
}
