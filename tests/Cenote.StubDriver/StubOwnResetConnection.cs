using System.Transactions;

namespace Cenote.StubDriver;

/// <summary>The pool clears the session itself.</summary>
internal sealed class StubOwnResetConnection : PhysicalConnection, IDeferrableReset
{
    private readonly StubConnection _connection;
    private readonly Func<bool> _inline;

    public StubOwnResetConnection(StubConnection connection, ResetMode resetMode, Func<bool> inline)
        : base(connection, SessionReset.ByPool, resetMode)
    {
        _connection = connection;
        _inline = inline;
    }

    /// <summary>Begins a branch instead of the driver's own.</summary>
    public Func<PhysicalConnection, CancellationToken, ValueTask<TransactionBranch>>? BeginsBranch { get; init; }

    /// <summary>Why the session is not one of several, if the caller awaits the answer.</summary>
    public Func<Task<string?>>? TwoPhaseProblem { get; init; }

    public override ValueTask<TransactionBranch> BeginBranchAsync(Transaction transaction, CancellationToken cancellationToken) =>
        BeginsBranch?.Invoke(this, cancellationToken) ?? base.BeginBranchAsync(transaction, cancellationToken);

    public override async ValueTask<string?> FindTwoPhaseProblemAsync(CancellationToken cancellationToken) =>
        TwoPhaseProblem is { } ask ? await ask() : await base.FindTwoPhaseProblemAsync(cancellationToken);

    public override bool CanResetInline => _inline();

    public override bool IsUsable => StubPoolCalls.IsUsable(_connection);

    public override bool CanReuseCommand(DbCommand command) => _connection.StubDatabase.ReusesCommands();

    public override void Open()
    {
        base.Open();
        _connection.Session!.MustBeClean = RequiresReset;
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken);
        _connection.Session!.MustBeClean = RequiresReset;
    }

    public override void ResetSession()
    {
        if (_connection.StubDatabase.WatchingHotCalls)
        {
            StubPoolCalls.Run(_connection, StubCall.Clear);
        }

        _connection.Session!.Cleared();
    }

    public override ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        if (_connection.StubDatabase.WatchingHotCalls)
        {
            return ClearAsync(cancellationToken);
        }

        _connection.Session!.Cleared();
        return ValueTask.CompletedTask;
    }

    public bool TryDeferReset()
    {
        if (!_connection.StubDatabase.DefersResets)
        {
            return false;
        }

        _connection.StubDatabase.Deferring?.Invoke();
        _connection.Session!.Defer();
        return true;
    }

    public void SendDeferredReset()
    {
        if (_connection.Session is { IsDeferred: true } session)
        {
            _connection.StubDatabase.SendingDeferred?.Invoke();
            session.TakeDeferred();
        }
    }

    public override void Validate(TimeSpan timeout) => StubPoolCalls.Run(_connection, StubCall.Validate);

    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        StubPoolCalls.RunAsync(_connection, StubCall.Validate, cancellationToken);

    public override ValueTask CloseAsync() => StubPoolCalls.CloseAsync(_connection);

    public override ValueTask AbortAsync() => StubPoolCalls.AbortAsync(_connection);

    private async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        await StubPoolCalls.RunAsync(_connection, StubCall.Clear, cancellationToken);
        _connection.Session!.Cleared();
    }
}
