using System.Diagnostics;

namespace Cenote;

/// <summary>The origin of a sampled lease: thread, task and call stack of the rent.</summary>
/// <remarks>
/// Captured for one rent in <see cref="LeakDetectionOptions.StackSamplingInterval"/>. The stack is the thread's. After
/// an <c>await</c> it begins where the awaiting method continued, and does not contain its callers.
/// </remarks>
public sealed class LeaseOrigin
{
    private readonly StackTrace _trace = new(fNeedFileInfo: false);
    private string? _stack;

    private LeaseOrigin()
    {
    }

    /// <summary>Gets the managed id of the thread.</summary>
    public int ThreadId { get; } = Environment.CurrentManagedThreadId;

    /// <summary>Gets the name of the thread, or <see langword="null"/> for a thread without a name.</summary>
    public string? ThreadName { get; } = Thread.CurrentThread.Name;

    /// <summary>
    /// Gets the id of the task that the thread ran, or <see langword="null"/> outside a task, as in most async methods.
    /// </summary>
    public int? TaskId { get; } = Task.CurrentId;

    /// <summary>
    /// Gets the calls that led to the rent, one per line, the innermost first, without the calls inside the pool and
    /// the runtime.
    /// </summary>
    public string StackTrace => _stack ??= Render();

    /// <summary>Gets or sets the ticket of the lease. Set before the object is published.</summary>
    internal long Ticket { get; set; }

    /// <summary>
    /// Captures the origin of the calling thread. Costs microseconds, because the text is created only when it is read.
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
