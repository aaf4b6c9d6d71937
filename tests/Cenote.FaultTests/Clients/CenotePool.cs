namespace Cenote.FaultTests.Clients;

/// <param name="pool">Disposed of with this.</param>
/// <param name="deadline">Its acquire timeout.</param>
/// <param name="classify">What a driver's exception means.</param>
internal sealed class CenotePool(ConnectionPool pool, TimeSpan deadline, Func<Exception, FailureKind> classify) : LabPool
{
    internal ConnectionPool Pool => pool;

    internal override string Name => "Cenote";

    internal override TimeSpan Deadline => deadline;

    internal override async ValueTask<Held> RentAsync(RentStyle style, CancellationToken cancellationToken)
    {
        if (style == RentStyle.Pooled)
        {
            var connection = await pool.OpenConnectionAsync(cancellationToken);
            return new Held(connection, connection.Unwrap<DbConnection>(), connection.DisposeAsync, connection.Dispose);
        }

        return Wrap(await pool.RentAsync(cancellationToken));
    }

    internal override Held Rent() => Wrap(pool.Rent());

    internal override string? KindOf(Exception exception) => exception switch
    {
        ConnectionOpenException open => "open failed: " + open.Failure.Kind,
        PoolException => exception.GetType().Name.Replace("Exception", "", StringComparison.Ordinal) switch
        {
            "PoolTimeout" => "timeout",
            "CircuitOpen" => "circuit open",
            "PoolClosed" => null,
            var other => other,
        },
        _ => null,
    };

    internal override string KindOfStatement(Exception exception) => "statement: " + classify(exception);

    public override ValueTask DisposeAsync() => pool.DisposeAsync();

    private static Held Wrap(ConnectionLease lease) => new(lease.Connection, lease.Connection, lease.DisposeAsync, lease.Dispose);
}
