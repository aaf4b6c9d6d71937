namespace Cenote.StubDriver;

// Counting calls, playing the script, and letting tests wait for what happens.
public sealed partial class StubDatabase
{
    private readonly List<Condition> _conditions = [];
    private volatile int _conditionCount;

    /// <summary>Completes when so many opens have begun.</summary>
    public Task OpenStarted(int count) => When(() => Calls(StubCall.Open).Started >= count);

    /// <summary>Completes when so many calls of the kind have begun.</summary>
    public Task CallStarted(StubCall call, int count) => When(() => Calls(call).Started >= count);

    /// <summary>Completes when so many calls of the kind have ended.</summary>
    public Task CallEnded(StubCall call, int count) => When(() => Calls(call).Ended >= count);

    /// <summary>Completes when exactly so many sessions are open.</summary>
    public Task SessionsAre(int count) => When(() => Sessions == count);

    /// <summary>
    /// Completes when the condition holds; it is asked again after every counted call and every change of the sessions.
    /// </summary>
    public Task When(Func<bool> holds)
    {
        var condition = new Condition(holds);
        lock (_conditions)
        {
            _conditions.Add(condition);
            _conditionCount = _conditions.Count;
        }

        Interlocked.MemoryBarrier();
        Changed();
        return condition.Task;
    }

    internal void Run(StubCall call, StubSession? session = null)
    {
        var step = Start(call, session);
        try
        {
            step?.Perform(CancellationToken.None);
        }
        finally
        {
            End(call);
        }
    }

    internal ValueTask RunAsync(StubCall call, StubSession? session, CancellationToken cancellationToken)
    {
        var step = Start(call, session);
        if (step is not null)
        {
            return PerformAsync(step);
        }

        End(call);
        return ValueTask.CompletedTask;

        async ValueTask PerformAsync(StubStep scripted)
        {
            try
            {
                await scripted.PerformAsync(cancellationToken);
            }
            finally
            {
                End(call);
            }
        }
    }

    internal void Changed()
    {
        if (_conditionCount == 0)
        {
            return;
        }

        lock (_conditions)
        {
            _conditions.RemoveAll(condition => condition.CompleteIfHolding());
            _conditionCount = _conditions.Count;
        }
    }

    private StubStep? Start(StubCall call, StubSession? session)
    {
        var number = Calls(call).Start();
        var step = _script?.Next(call, number);
        if (session is not null && step is { Hangs: true })
        {
            session.IsGivenUp = true;
        }

        Changed();
        return step;
    }

    private void End(StubCall call)
    {
        Calls(call).End();
        Changed();
    }

    private sealed class Condition(Func<bool> holds)
    {
        private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _completed.Task;

        public bool CompleteIfHolding()
        {
            if (!holds())
            {
                return false;
            }

            _completed.TrySetResult();
            return true;
        }
    }
}
