using System.Collections;
using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// A reader of one lease. Drivers use the same reader object for the next command, of the same session or of its next
/// holder: so once this one is closed, or its lease has ended, it never touches the driver's again.
/// </summary>
/// <remarks>
/// A call here may cost only a few nanoseconds, so it announces itself by a plain write (<see cref="Enter"/>), and the
/// fence that this needs is on the other side: whoever returns the lease writes first (<see cref="Stop"/>), then sends
/// a barrier to every processor, then looks whether a call is inside. That is rare: a reader is seldom still open when
/// its connection is closed.
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
    /// A reader of what one column holds (a composite, say): it lives as long as the one it came from.
    /// </summary>
    private PooledDataReader(PooledDataReader outer, DbDataReader nested)
        : this(outer._statement, outer.Uncounted, outer._lease, nested, closesConnection: false, older: null) =>
        _root = outer._root;

    /// <summary>The statement's reader that was open when this one was made, where a driver allows several.</summary>
    internal PooledDataReader? Older { get; }

    /// <summary>Whether a call is inside the driver's reader.</summary>
    internal bool IsInside => _isInside;

    /// <summary>Whether the thread, which is inside the driver, moves this reader there.</summary>
    internal bool IsReadBy(int thread) => _isInside && _readBy == thread;

    /// <summary>Whether the driver's reader was let go of.</summary>
    internal bool IsReleased => _isReleased || !_lease.IsActive;

    /// <summary>Whether no further call may go to the driver's reader.</summary>
    internal bool IsOver => (_isEnded | _root._isEnded) != 0 || !_lease.IsActive;

    public override bool IsClosed => IsOver || _reader.IsClosed;

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, _closesConnection);

    /// <summary>
    /// Announces a call and gives the driver's reader. Every success is followed by one <see cref="Leave"/>.
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

    /// <summary>For exception filters: tells the pool of a failure.</summary>
    /// <returns>What the caller is told instead; <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(Exception exception)
    {
        _root._failure = exception;
        return _connection.Failed(in _lease, exception, _execution.Watch);
    }

    /// <summary>Remembers that the driver may have sent a cancel for the caller's token.</summary>
    internal void RecordCancel(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _root._isCancelled = true;
        }
    }

    /// <summary>
    /// Has the next row fail instead of ending what the driver is doing. Counts only if the reader is found outside of
    /// the driver afterwards.
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
        : "The reader is closed: its connection was returned to the pool, and its session may serve someone else. Read everything before closing the connection.");
}
