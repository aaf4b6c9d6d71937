namespace Cenote.StubDriver;

/// <summary>
/// The driver keeps the session in a pool of one and clears it when the lease closes the kept object.
/// </summary>
internal sealed class StubDriverResetConnection(StubConnection connection) : DriverResetConnection(connection, ResetMode.Full)
{
    private readonly StubConnection _connection = connection;
    private int _closes;

    public override bool IsUsable => StubPoolCalls.IsUsable(_connection);

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

    public override ValueTask CloseAsync()
    {
        NoteClose();
        return StubPoolCalls.CloseAsync(_connection);
    }

    public override ValueTask AbortAsync()
    {
        NoteClose();
        _connection.Session?.Abort();
        return StubPoolCalls.AbortAsync(_connection);
    }

    private void NoteClose()
    {
        if (Interlocked.Increment(ref _closes) > 1)
        {
            _connection.StubDatabase.Violate("a connection was closed twice");
        }
    }
}
