namespace Cenote.FaultTests.Clients;

/// <summary>The pool that a driver brings, with the same limit and deadline.</summary>
internal sealed class DriverPool(string name, DbDataSource source, TimeSpan deadline) : LabPool
{
    internal override string Name => name;

    internal override TimeSpan Deadline => deadline;

    internal override async ValueTask<Held> RentAsync(RentStyle style, CancellationToken cancellationToken) =>
        Wrap(await source.OpenConnectionAsync(cancellationToken));

    internal override Held Rent() => Wrap(source.OpenConnection());

    internal override string? KindOf(Exception exception) => exception.GetType().Name.Replace("Exception", "", StringComparison.Ordinal);

    internal override string KindOfStatement(Exception exception) => "statement: " + KindOf(exception);

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private static Held Wrap(DbConnection connection) => new(connection, connection, connection.DisposeAsync, connection.Dispose);
}
