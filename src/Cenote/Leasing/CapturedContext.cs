using System.Threading.Tasks.Sources;

namespace Cenote.Leasing;

/// <summary>
/// A continuation that runs where its caller awaited: in a synchronization context, by a task scheduler, or with an
/// execution context.
/// </summary>
internal sealed class CapturedContext
{
    /// <summary>Runs a captured continuation, which is the state.</summary>
    internal static readonly Action<object?> Continue = static state => ((CapturedContext)state!).Run();

    private readonly Action<object?> _continuation;
    private readonly object? _state;
    private readonly ExecutionContext? _flow;
    private readonly object? _scheduler;

    private CapturedContext(Action<object?> continuation, object? state, ExecutionContext? flow, object? scheduler) =>
        (_continuation, _state, _flow, _scheduler) = (continuation, state, flow, scheduler);

    /// <summary>Returns the continuation with its context, or <see langword="null"/> when there is nothing to
    /// capture.</summary>
    internal static CapturedContext? TryCapture(Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags)
    {
        var flow = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != ValueTaskSourceOnCompletedFlags.None ? ExecutionContext.Capture() : null;
        object? scheduler = null;
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != ValueTaskSourceOnCompletedFlags.None)
        {
            scheduler = SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext) ? context
                : TaskScheduler.Current != TaskScheduler.Default ? TaskScheduler.Current
                : null;
        }

        return flow is null && scheduler is null ? null : new CapturedContext(continuation, state, flow, scheduler);
    }

    private void Run()
    {
        switch (_scheduler)
        {
            case SynchronizationContext context:
                context.Post(static state => ((CapturedContext)state!).RunHere(), this);
                break;
            case TaskScheduler scheduler:
                _ = Task.Factory.StartNew(static state => ((CapturedContext)state!).RunHere(), this, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
                break;
            default:
                RunHere();
                break;
        }
    }

    private void RunHere()
    {
        if (_flow is null)
        {
            _continuation(_state);
        }
        else
        {
            ExecutionContext.Run(_flow, static state => ((CapturedContext)state!)._continuation(((CapturedContext)state)._state), this);
        }
    }
}
