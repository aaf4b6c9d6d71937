namespace Cenote.StubDriver;

/// <summary>
/// What one call of the driver does: succeed, fail, or hang until a gate opens and then succeed or fail.
/// </summary>
public sealed class StubStep
{
    private readonly Func<Exception>? _failure;
    private readonly StubGate? _gate;
    private readonly bool _honoursCancellation;

    private StubStep(StubGate? gate, bool honoursCancellation, Func<Exception>? failure)
    {
        _gate = gate;
        _honoursCancellation = honoursCancellation;
        _failure = failure;
    }

    private bool _blocksCancel;
    private bool _isTimed;

    /// <summary>The call succeeds at once.</summary>
    public static StubStep Succeed { get; } = new(gate: null, honoursCancellation: true, failure: null);

    /// <summary>The call fails at once with this exception.</summary>
    public static StubStep Fail(Exception exception) => new(gate: null, honoursCancellation: true, () => exception);

    /// <summary>The call fails at once with a driver's exception of this kind.</summary>
    public static StubStep Fail(FailureKind kind = FailureKind.ConnectionLost) =>
        new(gate: null, honoursCancellation: true, () => new StubException(kind));

    /// <summary>
    /// The call waits for the gate, then succeeds. One that ignores cancellation answers late instead of stopping.
    /// </summary>
    public static StubStep Hang(StubGate gate, bool honoursCancellation = true) => new(gate, honoursCancellation, failure: null);

    /// <summary>The call takes so much time, then succeeds.</summary>
    public static StubStep Take(TimeSpan time, TimeProvider timeProvider)
    {
        var gate = new StubGate();
        _ = ReleaseAsync();
        return new StubStep(gate, honoursCancellation: true, failure: null) { _isTimed = true };

        async Task ReleaseAsync()
        {
            await Task.Delay(time, timeProvider).ConfigureAwait(false);
            gate.Release();
        }
    }

    /// <summary>The same, but failing in the end.</summary>
    public StubStep ThenFail(FailureKind kind = FailureKind.ConnectionLost) =>
        new(_gate, _honoursCancellation, () => new StubException(kind));

    /// <summary>
    /// The call waits for the gate, and so does a thread that cancels it: as with a driver that tells a silent host of
    /// the cancel.
    /// </summary>
    public static StubStep HangInCancelToo(StubGate gate) => new(gate, honoursCancellation: false, failure: null) { _blocksCancel = true };

    /// <summary>Whether the call waits for a gate that a test opens.</summary>
    public bool Hangs => _gate is not null && !_isTimed;

    internal void Perform(CancellationToken cancellationToken)
    {
        _gate?.Released.Wait(_honoursCancellation ? cancellationToken : CancellationToken.None);
        ThrowIfFailing();
    }

    internal ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        if (_gate is null)
        {
            ThrowIfFailing();
            return ValueTask.CompletedTask;
        }

        return WaitAsync(cancellationToken);
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        // Not for ever: a test whose subject waits for the cancel is to fail, not to hang.
        await using var blocked = _blocksCancel ? cancellationToken.Register(() => _gate!.Released.Wait(TimeSpan.FromMinutes(1))) : default;
        await _gate!.Released.WaitAsync(_honoursCancellation ? cancellationToken : CancellationToken.None);
        ThrowIfFailing();
    }

    private void ThrowIfFailing()
    {
        if (_failure is not null)
        {
            throw _failure();
        }
    }
}
