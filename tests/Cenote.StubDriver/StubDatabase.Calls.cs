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

    /// <summary>Completes when the condition holds; it is asked again after every counted call and every change of the sessions.</summary>
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

    internal void Run(StubCall call, CancellationToken cancellationToken = default)
    {
        var step = Start(call);
        try
        {
            step?.Perform(cancellationToken);
        }
        finally
        {
            End(call);
        }
    }

    internal ValueTask RunAsync(StubCall call, CancellationToken cancellationToken)
    {
        var step = Start(call);
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

    private StubStep? Start(StubCall call)
    {
        var number = Calls(call).Start();
        Changed();
        return _script?.Next(call, number);
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
