using System.Collections;
using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// A reader of one lease. Drivers reuse a reader object for the next command of the same session, also for its next
/// holder. So this reader never touches the driver's reader after it is closed or its lease has ended.
/// </summary>
/// <remarks>
/// A call may cost only a few nanoseconds, so it enters with a plain write (<see cref="Enter"/>). The required fence is
/// on the other side: the thread that returns the lease writes first (<see cref="Stop"/>), then sends a barrier to
/// every processor, then checks whether a call is inside. That is rare, because a reader is seldom open when its
/// connection is closed.
/// </remarks>
internal sealed partial class PooledDataReader : DbDataReader, IDbColumnSchemaGenerator
{
    private readonly Statement _statement;
    private readonly PooledConnection _connection;
    private readonly DbDataReader _reader;
    private readonly ConnectionLease _lease;
    private readonly PooledDataReader _root;
    private readonly bool _closesConnection;
    private readonly StatementExecution _execution;
    private Exception? _failure;
    private Exception? _moveFailure;
    private bool _isCancelled;
    private int _hasLeftEarly;
    private volatile bool _isInside;
    private volatile int _isEnded;
    private volatile bool _isReleased;
    private volatile bool _mustEnd;
    private volatile int _readBy;
    private int _recordsAffected = -1;

    internal PooledDataReader(
        Statement statement, in StatementExecution execution, in ConnectionLease lease, DbDataReader reader, bool closesConnection, PooledDataReader? older)
    {
        _statement = statement;
        _connection = execution.Connection;
        _execution = execution;
        _lease = lease;
        _reader = reader;
        _closesConnection = closesConnection;
        _root = this;
        Older = older;
    }

    /// <summary>
    /// Creates a reader of the content of one column, such as a composite. It lives as long as its parent.
    /// </summary>
    private PooledDataReader(PooledDataReader outer, DbDataReader nested)
        : this(outer._statement, outer.Uncounted, outer._lease, nested, closesConnection: false, older: null) =>
        _root = outer._root;

    /// <summary>
    /// Gets the statement's reader that was open when this one was created, if a driver allows several.
    /// </summary>
    internal PooledDataReader? Older { get; }

    /// <summary>Gets whether a call is inside the driver's reader.</summary>
    internal bool IsInside => _isInside;

    /// <summary>Gets whether the thread inside the driver is there for this reader.</summary>
    internal bool IsReadBy(int thread) => _isInside && _readBy == thread;

    /// <summary>Gets whether the driver's reader was released.</summary>
    internal bool IsReleased => _isReleased || !_lease.IsActive;

    /// <summary>Gets whether new calls of the driver's reader are stopped.</summary>
    internal bool IsOver => (_isEnded | _root._isEnded) != 0 || !_lease.IsActive;

    public override bool IsClosed => IsOver || _reader.IsClosed;

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, _closesConnection);

    /// <summary>
    /// Enters a call and returns the driver's reader. One <see cref="Leave"/> follows every success.
    /// </summary>
    internal DbDataReader Enter()
    {
        _root._isInside = true;
        if (!IsOver)
        {
            return _reader;
        }

        Leave();
        throw Over();
    }

    internal void Leave()
    {
        _root._isInside = false;
        if (_root._isEnded != 0)
        {
            _connection.FinishIfHandedOver();
        }
    }

    internal TReader Unwrap<TReader>()
        where TReader : DbDataReader
    {
        var reader = Enter();
        Leave();
        return reader as TReader ?? throw new InvalidCastException($"The reader is a {reader.GetType()}, not a {typeof(TReader)}.");
    }

    private StatementExecution Uncounted => _execution.Uncounted;

    private Task<T> Guard<T>(Task<T> call) => _execution.Guard(call);

    /// <summary>Reports a failure to the pool. For exception filters.</summary>
    /// <returns>The exception for the caller, or <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(Exception exception, CancellationToken cancellationToken = default)
    {
        _root._failure = exception;
        return _connection.Failed(in _lease, exception, _execution.Watch, cancellationToken);
    }

    /// <summary>Records that the driver may have sent a cancel for the caller's token.</summary>
    internal void RecordCancel(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _root._isCancelled = true;
        }
    }

    /// <summary>
    /// Makes the next row fail instead of interrupting the driver. Has an effect only if the reader is outside the
    /// driver afterwards.
    /// </summary>
    internal void EndAtNextRow() => _mustEnd = true;

    private void BeginMoving()
    {
        _root._readBy = Environment.CurrentManagedThreadId;
        if (_root._mustEnd)
        {
            throw new OperationCanceledException("The statement was cancelled between two rows.");
        }
    }

    private Exception Over() => _lease.Revocation as Exception ?? new InvalidOperationException(_lease.IsActive
        ? "The reader is closed."
        : "The reader is closed: its connection was returned to the pool, and its session may have another holder. Read all rows before closing the connection.");
}
