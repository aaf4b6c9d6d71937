namespace Cenote.StubDriver;

/// <summary>
/// The driver keeps the session in a pool of one and clears it when the lease closes the kept object.
/// </summary>
internal sealed class StubDriverResetConnection(StubConnection connection) : DriverResetConnection(connection, ResetMode.Full)
{
    private readonly StubConnection _connection = connection;

    public override bool IsUsable => StubPoolCalls.IsUsable(_connection);

    public override bool CanReuseCommand(DbCommand command) => _connection.StubDatabase.ReusesCommands();

    public override void Open()
    {
        base.Open();
        _connection.Session!.MustBeClean = true;
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken);
        _connection.Session!.MustBeClean = true;
    }

    public override void Validate(TimeSpan timeout) => StubPoolCalls.Run(_connection, StubCall.Validate);

    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        StubPoolCalls.RunAsync(_connection, StubCall.Validate, cancellationToken);

    public override ValueTask CloseAsync() => StubPoolCalls.CloseAsync(_connection);

    public override ValueTask AbortAsync() => StubPoolCalls.AbortAsync(_connection);
}
