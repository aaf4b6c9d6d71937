using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Cenote.Leasing;

/// <summary>
/// A caller queued for a lease, and the source of the task that it awaits. The thread that takes it out of the queue,
/// under the desk's lock, completes it exactly once. A lease, a cancellation, a timeout and a closing pool can
/// therefore never both win.
/// </summary>
/// <remarks>
/// Re-used: after its result has been read it serves the next caller. A late cancellation callback cannot happen,
/// because the registration is disposed of first. 128 bytes, because a crowd may have 100,000 of them: fields share
/// their place where only one of them is needed at a time.
/// </remarks>
internal sealed class Waiter : IValueTaskSource<ConnectionLease>
{
    /// <summary>The mark of a result that came before the caller awaited it.</summary>
    private static readonly Action<object?> Completed = static _ => { };

    /// <summary>How long a blocked caller waits for the thread that serves it, in milliseconds.</summary>
    private const int ShortWait = 10;

    /// <summary>What the caller itself does with a lease when it runs.</summary>
    private const State MustReceive = State.MustCheckDeadline | State.WasSlow;

    /// <summary>
    /// A waiter for this thread's next caller, of any pool. A caller that is served often waits again at once, on the
    /// same thread.
    /// </summary>
    [ThreadStatic]
    private static Waiter? t_spare;

    /// <summary>The desk of the caller's pool; a spare waiter has none, so that it keeps no pool alive.</summary>
    private LeaseDesk _desk = null!;
    private Action<object?>? _continuation;
    private object? _continuationState;

    /// <summary>
    /// While queued, the caller's stack, if it was sampled, or its return to the queue; then the slot or the exception.
    /// </summary>
    private object? _outcome;

    /// <summary>While queued, the place in the queue; then the ticket of the lease.</summary>
    private long _number;

    private CancellationTokenRegistration _registration;
    private TimeSpan _deadline;
    private TimeSpan _timeout;
    private string? _filePath;
    private string? _memberName;
    private int _lineNumber;
    private short _version;
    private State _state;
    private byte _lane;

    [Flags]
    private enum State : byte
    {
        None = 0,
        Queued = 1,
        Blocking = 2,
        InOrder = 4,
        Done = 8,
        MustCheckDeadline = 16,
        WasSlow = 32,
    }

    /// <summary>Gets the index of its lane; 0 in a pool without lanes.</summary>
    internal int Lane => _lane;

    internal Waiter? Next { get; set; }

    internal Waiter? Previous { get; set; }

    internal bool IsQueued
    {
        get => Has(State.Queued);
        set => Set(State.Queued, value);
    }

    internal bool IsBlocking => Has(State.Blocking);

    /// <summary>Gets or sets whether its deadline is not before that of any waiter that queued earlier.</summary>
    internal bool IsInOrder
    {
        get => Has(State.InOrder);
        set => Set(State.InOrder, value);
    }

    /// <summary>Gets whether its result is there. The thread that completes it may not have left it yet.</summary>
    internal bool IsDone => ((State)Volatile.Read(ref Unsafe.As<State, byte>(ref _state)) & State.Done) != State.None;

    /// <summary>Gets or sets its place in the queue, while it is queued.</summary>
    internal long Sequence
    {
        get => _number;
        set => _number = value;
    }

    internal TimeSpan Deadline => _deadline;

    /// <summary>Gets when the caller came, on the pool's clock.</summary>
    internal TimeSpan StartedAt => _deadline - _timeout;

    /// <summary>
    /// Gets when its present wait began, which is later than the start for a caller that came back. While the waiter
    /// has no result.
    /// </summary>
    internal TimeSpan QueuedAt => _outcome is Return back ? back.QueuedAt : StartedAt;

    /// <summary>
    /// Gets whether the caller came back, because its connection was dead. While the waiter has no result.
    /// </summary>
    internal bool IsBack => _outcome is Return;

    internal CallSite CallSite => new(_filePath, _lineNumber, _memberName);

    /// <summary>Gets the caller's stack, if it was sampled. While the waiter has no result.</summary>
    internal LeaseOrigin? Origin => _outcome is Return back ? back.Origin : _outcome as LeaseOrigin;

    internal RentRequest Request => new(_timeout, _deadline, _registration.Token, CallSite) { Lane = _lane };

    internal static Waiter? TakeSpare()
    {
        var spare = t_spare;
        t_spare = null;
        return spare;
    }

    /// <summary>Keeps a waiter for this thread, unless it has one.</summary>
    internal static bool TryKeep(Waiter waiter)
    {
        if (t_spare is not null)
        {
            return false;
        }

        t_spare = waiter;
        return true;
    }

    /// <summary>Returns whether it is queued at a desk, in this place.</summary>
    /// <remarks>It may belong to another desk by now, whose lock is another. Places are unique among all desks, so the
    /// place, read last, decides.</remarks>
    internal bool IsQueuedAt(LeaseDesk desk, long place) => ReferenceEquals(_desk, desk) && IsQueued && Volatile.Read(ref _number) == place;

    /// <summary>Prepares the waiter for a caller, before it is queued.</summary>
    internal void Begin(LeaseDesk desk, in RentRequest request, bool isBlocking)
    {
        _desk = desk;
        (_timeout, _deadline) = (request.Timeout, request.Deadline);
        (_filePath, _lineNumber, _memberName) = (request.CallSite.FilePath, request.CallSite.LineNumber, request.CallSite.MemberName);
        _outcome = request.IsBack ? new Return(desk.Clock.Elapsed, request.Origin) : request.Origin;
        _lane = (byte)request.Lane;
        _state = isBlocking ? State.Blocking : State.None;
    }

    /// <summary>Begins another wait of the caller, whose connection was dead.</summary>
    internal void ComeBack(TimeSpan now) => _outcome = new Return(now, Origin);

    /// <summary>
    /// Registers with the token: after the waiter was queued, without the lock, before its result is awaited.
    /// </summary>
    internal void Register(CancellationToken cancellationToken)
    {
        if (IsDone)
        {
            // Its caller runs at this moment.
            Set(State.MustCheckDeadline, on: false);
        }
        else if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) =>
                {
                    var waiter = (Waiter)state!;
                    waiter._desk.Cancel(waiter, token);
                },
                this);

            // A callback that ran while the waiter was out of the queue, to be served, did not find it there. If its
            // connection was dead, it is queued again.
            var spin = new SpinWait();
            while (cancellationToken.IsCancellationRequested && !IsDone)
            {
                _desk.Cancel(this, cancellationToken);
                spin.SpinOnce();
            }
        }
    }

    internal PendingRent AsPendingRent() => new(this, _version);

    /// <summary>Completes the wait with a lease.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="ticket">The ticket of the lease.</param>
    /// <param name="mustCheckDeadline">Whether the deadline may have passed when the caller runs.</param>
    /// <param name="wasSlow">Whether the wait was longer than the threshold of the event.</param>
    internal void Complete(Slot slot, long ticket, bool mustCheckDeadline, bool wasSlow)
    {
        _number = ticket;
        Complete(slot, State.Done | (mustCheckDeadline ? State.MustCheckDeadline : State.None) | (wasSlow ? State.WasSlow : State.None));
    }

    internal void Fail(Exception exception) => Complete(exception, State.Done);

    private void Complete(object outcome, State state)
    {
        if (IsBlocking)
        {
            CompleteBlocking(outcome, state);
            return;
        }

        Publish(outcome, state);
        if (Interlocked.CompareExchange(ref _continuation, Completed, null) is { } continuation)
        {
            // The mark is the last step: with it the result can be read, and the waiter used again.
            var continuationState = _continuationState;
            Volatile.Write(ref _continuation, Completed);

            // The runtime's own continuation is queued as it is: nothing is allocated.
            ThreadPool.UnsafeQueueUserWorkItem(continuation, continuationState, preferLocal: true);
        }
    }

    private void CompleteBlocking(object outcome, State state)
    {
        var wasInterrupted = false;
        while (true)
        {
            try
            {
                lock (this)
                {
                    Publish(outcome, state);
                    Monitor.PulseAll(this);
                }

                break;
            }
            catch (ThreadInterruptedException)
            {
                // Another caller's interruption: this one must not be forgotten for it.
                wasInterrupted = true;
            }
        }

        if (wasInterrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    private void Publish(object outcome, State state)
    {
        _outcome = outcome;
        Volatile.Write(ref Unsafe.As<State, byte>(ref _state), (byte)(_state | state));
    }

    /// <summary>Blocks the calling thread until the waiter is completed.</summary>
    internal ConnectionLease WaitBlocking()
    {
        try
        {
            WaitUntilDone();
        }
        catch (ThreadInterruptedException)
        {
            LeaveQueue();
            throw;
        }

        return GetResult(_version);
    }

    private void WaitUntilDone()
    {
        // With the machine's clock the thread keeps its own deadline: the timer needs a thread of the thread pool,
        // and callers that block may have taken them all.
        var keepsDeadline = _desk.Clock.IsSystem;
        var isBeingServed = false;
        while (true)
        {
            lock (this)
            {
                if (IsDone)
                {
                    return;
                }

                var longest = !keepsDeadline ? Timeout.Infinite
                    : isBeingServed ? ShortWait
                    : Math.Min(RemainingMilliseconds(), _desk.MillisecondsToDoubt);
                if (Monitor.Wait(this, longest))
                {
                    continue;
                }
            }

            // The thread that has taken the waiter out of the queue completes it, or queues it again when the
            // connection is dead.
            isBeingServed = _desk.TryExpire(this);
            if (!isBeingServed)
            {
                _desk.LookAgainIfInDoubt();
            }
        }
    }

    /// <summary>
    /// Leaves the queue when the waiting thread was interrupted. If it was served at the same moment, the connection is
    /// returned.
    /// </summary>
    internal void LeaveQueue()
    {
        var spin = new SpinWait();
        while (!IsReadable)
        {
            try
            {
                _desk.Cancel(this, CancellationToken.None);
                spin.SpinOnce();
            }
            catch (ThreadInterruptedException)
            {
                // Again: the caller gets the interruption once.
            }
        }

        try
        {
            GetResult(_version).Dispose();
        }
        catch (Exception exception) when (exception is PoolException or OperationCanceledException)
        {
            // No lease has to be returned.
        }
    }

    public ConnectionLease GetResult(short token)
    {
        ThrowIfOver(token);
        if (!IsReadable)
        {
            BlockUntilDone(token);
        }

        // One reader wins: a lease has one holder, and this object one next caller.
        if (Interlocked.CompareExchange(ref _version, (short)(token + 1), token) != token)
        {
            throw AwaitedTwice();
        }

        // Waits for a callback that is running, so that none can reach the next caller's use of this object.
        _registration.Dispose();
        var (outcome, ticket, state, request) = (_outcome, _number, _state, default(RentRequest));
        if ((state & MustReceive) != State.None)
        {
            request = Request;
        }

        var desk = _desk;
        Release();
        if (outcome is not Slot slot)
        {
            ExceptionDispatchInfo.Throw((Exception)outcome!);
            return default;
        }

        return (state & MustReceive) == State.None
            ? new ConnectionLease(slot, ticket)
            : desk.Receive(
                new ConnectionLease(slot, ticket), request, (state & State.MustCheckDeadline) != State.None, (state & State.WasSlow) != State.None);
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        ThrowIfOver(token);
        return !IsReadable ? ValueTaskSourceStatus.Pending
            : _outcome is Slot ? IsInTime() ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Faulted
            : _outcome is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        ThrowIfOver(token);
        if (flags != ValueTaskSourceOnCompletedFlags.None && CapturedContext.TryCapture(continuation, state, flags) is { } captured)
        {
            (continuation, state) = (CapturedContext.Continue, captured);
        }

        var found = Volatile.Read(ref _continuation);
        if (found is null)
        {
            // Before the swap: the thread that completes the wait reads it.
            _continuationState = state;
            found = Interlocked.CompareExchange(ref _continuation, continuation, null);
        }

        if (ReferenceEquals(found, Completed))
        {
            ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: true);
        }
        else if (found is not null)
        {
            throw AwaitedTwice();
        }
    }

    /// <summary>
    /// Returns whether the caller can no longer use a connection: its deadline has passed or its token is cancelled,
    /// whether or not a timer or a callback has run. Called under the desk's lock, or by the thread that took it out of
    /// the queue.
    /// </summary>
    internal bool IsOver(TimeSpan now) => _deadline <= now || IsCancelled;

    internal bool IsCancelled => _registration.Token.IsCancellationRequested;

    private static InvalidOperationException AwaitedTwice() =>
        new("The ValueTask of a rent was awaited twice, or after its result was read. Await it once, or call AsTask() and keep the task.");

    /// <summary>
    /// Gets whether its result is there, and the thread that completes it has done with it: the mark is its last step.
    /// </summary>
    private bool IsReadable => IsBlocking ? IsDone : ReferenceEquals(Volatile.Read(ref _continuation), Completed);

    /// <summary>
    /// Checks the deadline for a caller that looks at the status. It reads the result at once, so that a success stays
    /// one.
    /// </summary>
    private bool IsInTime()
    {
        if (Has(State.MustCheckDeadline) && _deadline > _desk.Clock.Elapsed)
        {
            Set(State.MustCheckDeadline, on: false);
        }

        return !Has(State.MustCheckDeadline);
    }

    /// <summary>Blocks for a caller that reads the result of a rent that is not over.</summary>
    private void BlockUntilDone(short token)
    {
        using var done = new ManualResetEventSlim();
        OnCompleted(static state => ((ManualResetEventSlim)state!).Set(), done, token, ValueTaskSourceOnCompletedFlags.None);
        done.Wait();
    }

    private void ThrowIfOver(short token)
    {
        if (token != _version)
        {
            throw AwaitedTwice();
        }
    }

    /// <summary>Forgets the caller and its result, and keeps the waiter for another.</summary>
    internal void Release()
    {
        var desk = _desk;
        _desk = null!;
        _registration = default;
        _outcome = null;
        _continuationState = null;
        _filePath = null;
        _memberName = null;
        Volatile.Write(ref _continuation, null);
        try
        {
            desk.Recycle(this);
        }
        catch (ThreadInterruptedException)
        {
            // The caller's next wait gets the interruption; its lease must not be lost here.
            Thread.CurrentThread.Interrupt();
        }
    }

    private bool Has(State state) => (_state & state) != State.None;

    private void Set(State state, bool on) => _state = on ? _state | state : _state & ~state;

    private int RemainingMilliseconds() =>
        (int)Math.Clamp(Math.Ceiling((_deadline - _desk.Clock.Elapsed).TotalMilliseconds), 0, int.MaxValue);

    /// <summary>The return of a caller to the queue.</summary>
    private sealed record Return(TimeSpan QueuedAt, LeaseOrigin? Origin);
}
