using System.Diagnostics;

namespace Cenote.FaultTests.Clients;

/// <summary>One caller, which rents, works and returns until it is told to stop.</summary>
internal sealed class Client(int id, RentStyle style, LabPool pool, Work work, HolderTable holders, Ledger ledger)
{
    /// <summary>Between two operations: a caller that is refused at once must not keep a core busy.</summary>
    private static readonly TimeSpan Think = TimeSpan.FromMilliseconds(5);

    private volatile string _doing = "";

    internal RentStyle Style => style;

    /// <summary>For a report about a client that hangs.</summary>
    public override string ToString() => $"{style} client {id} is {_doing}";

    internal async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            ledger.Add(await RunOnceAsync());
            _doing = "thinking";
            await Task.Delay(Think, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Blocks its thread.</summary>
    internal void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            ledger.Add(RunOnce());
            _doing = "thinking";
            stop.WaitHandle.WaitOne(Think);
        }
    }

    private async Task<Operation> RunOnceAsync()
    {
        using var patience = style == RentStyle.Impatient && Random.Shared.Next(2) == 0 ? new CancellationTokenSource() : null;
        patience?.CancelAfter(Random.Shared.Next(1, 30));
        _doing = "renting";
        var started = Stopwatch.GetTimestamp();
        Held held;
        try
        {
            held = await pool.RentAsync(style, patience?.Token ?? CancellationToken.None);
        }
        catch (Exception exception)
        {
            return Refused(started, Stopwatch.GetTimestamp(), exception, patience is { IsCancellationRequested: true });
        }

        var rented = Stopwatch.GetTimestamp();
        holders.Enter(held.Physical, id);
        string? session = null;
        string? error = null;
        try
        {
            session = await work.RunAsync(held.Connection, writes: style == RentStyle.Pooled, step => _doing = step);
            Enter(session);
        }
        catch (Exception exception)
        {
            error = Broken(exception);
        }

        Leave(held, session);
        await ReturnAsync(held);
        return new Operation(id, style, started, rented, Stopwatch.GetTimestamp(), error);
    }

    private Operation RunOnce()
    {
        _doing = "renting";
        var started = Stopwatch.GetTimestamp();
        Held held;
        try
        {
            held = pool.Rent();
        }
        catch (Exception exception)
        {
            return Refused(started, Stopwatch.GetTimestamp(), exception, wasCancelled: false);
        }

        var rented = Stopwatch.GetTimestamp();
        _doing = "working";
        holders.Enter(held.Physical, id);
        string? session = null;
        string? error = null;
        try
        {
            session = work.Run(held.Connection);
            Enter(session);
        }
        catch (Exception exception)
        {
            error = Broken(exception);
        }

        Leave(held, session);
        try
        {
            held.Return();
        }
        catch (Exception exception)
        {
            ledger.AddUnclear(exception);
        }

        return new Operation(id, style, started, rented, Stopwatch.GetTimestamp(), error);
    }

    private void Enter(string? session)
    {
        if (session is not null)
        {
            holders.Enter(session, id);
        }
    }

    private void Leave(Held held, string? session)
    {
        _doing = "returning";
        holders.Leave(held.Physical, id);
        if (session is not null)
        {
            holders.Leave(session, id);
        }
    }

    private async ValueTask ReturnAsync(Held held)
    {
        try
        {
            await held.ReturnAsync();
        }
        catch (Exception exception)
        {
            // A return is not a place for an error: a caller that returns has done its work.
            ledger.AddUnclear(exception);
        }
    }

    private Operation Refused(long started, long rented, Exception exception, bool wasCancelled)
    {
        if (exception is OperationCanceledException && wasCancelled)
        {
            return new Operation(id, style, started, rented, rented, Operation.Cancelled);
        }

        var kind = pool.KindOf(exception);
        if (kind is null)
        {
            ledger.AddUnclear(exception);
        }

        return new Operation(id, style, started, rented, rented, kind ?? exception.GetType().Name);
    }

    private string Broken(Exception exception)
    {
        if (exception is CrossedAnswerException)
        {
            ledger.AddUnclear(exception);
        }

        return pool.KindOfStatement(exception);
    }
}
