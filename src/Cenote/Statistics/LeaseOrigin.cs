using System.Diagnostics;

namespace Cenote;

/// <summary>Who rented a sampled lease: thread, task and call stack at the moment of the rent.</summary>
/// <remarks>
/// Taken for one rent in <see cref="LeakDetectionOptions.StackSamplingInterval"/>. The stack is that of the thread:
/// after an <c>await</c> it begins where the awaiting method went on, not at its callers.
/// </remarks>
public sealed class LeaseOrigin
{
    private readonly StackTrace _trace = new(fNeedFileInfo: false);
    private string? _stack;

    private LeaseOrigin()
    {
    }

    /// <summary>The managed id of the thread.</summary>
    public int ThreadId { get; } = Environment.CurrentManagedThreadId;

    /// <summary>The name of the thread; <see langword="null"/> when it has none.</summary>
    public string? ThreadName { get; } = Thread.CurrentThread.Name;

    /// <summary>
    /// The id of the task that the thread ran; <see langword="null"/> when it ran none, as in most async methods.
    /// </summary>
    public int? TaskId { get; } = Task.CurrentId;

    /// <summary>
    /// The calls that led to the rent, the innermost first, a line each; those inside the pool and the runtime left
    /// out.
    /// </summary>
    public string StackTrace => _stack ??= Render();

    /// <summary>Which of the slot's leases it belongs to. Set before anyone else sees the object.</summary>
    internal long Ticket { get; set; }

    /// <summary>
    /// The calling thread's. Costs microseconds: the text itself is made only when somebody reads it.
    /// </summary>
    internal static LeaseOrigin Capture() => new();

    private string Render()
    {
        string?[] noise = [typeof(LeaseOrigin).Assembly.FullName, typeof(Task).Assembly.FullName];
        var frames = _trace.GetFrames()
            .Where(frame => DiagnosticMethodInfo.Create(frame) is not { } method || !noise.Contains(method.DeclaringAssemblyName, StringComparer.Ordinal));
        return new StackTrace(frames).ToString().TrimEnd();
    }
}
