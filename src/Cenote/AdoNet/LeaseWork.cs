namespace Cenote.AdoNet;

/// <summary>
/// The open work of the lease of one <see cref="PooledConnection"/>: statements attached to the driver's connection,
/// their open readers, a transaction, another database. All of it ends before the lease is returned.
/// </summary>
/// <remarks>
/// The connection itself is the lock (<c>sync</c>) that guards the list of statements, and their attaching to the
/// driver's connection. A mutable struct, so that a connection stays one object: it is a field of its connection and is
/// never copied.
/// </remarks>
internal struct LeaseWork
{
    // Statements that their owner neither disposes of nor prepares are detached, oldest first, beyond this number, so
    // that a long lease does not collect them.
    private const int MostIdleStatements = 32;

    private Statement? _newest;
    private PooledTransaction? _transaction;
    private ConnectionExtras? _extras;
    private int _statementCount;

    /// <summary>Gets whether no work has to end before the lease is returned.</summary>
    internal readonly bool IsEmpty => _newest is null && _transaction is null && _extras is not { DatabaseBefore: not null };

    /// <summary>Gets the open transaction of the lease.</summary>
    internal readonly PooledTransaction? Transaction => Volatile.Read(in _transaction);

    /// <summary>Gets the state that few connections need, or <see langword="null"/> for most.</summary>
    internal readonly ConnectionExtras? Extras => Volatile.Read(in _extras);

    /// <summary>Gets the watch that an in-process database calls, if it was set for any lease.</summary>
    internal readonly StatementWatch? StatementWatch => Extras?.StatementWatch;

    /// <summary>Creates <see cref="Extras"/> if they do not exist.</summary>
    internal ConnectionExtras RequireExtras() => LazyInitializer.EnsureInitialized(ref _extras);

    /// <summary>Records the transaction that was begun.</summary>
    internal void Add(PooledTransaction transaction) => Volatile.Write(ref _transaction, transaction);

    /// <summary>Removes an ended transaction.</summary>
    internal void Forget(PooledTransaction transaction) => Interlocked.CompareExchange(ref _transaction, null, transaction);

    /// <summary>
    /// Adds a statement that was attached to the driver's connection. The caller holds the connection's lock.
    /// </summary>
    internal void Link(Statement statement)
    {
        if (_newest is null)
        {
            statement.Newer = statement.Older = statement;
        }
        else
        {
            // A ring: the oldest statement follows the newest.
            statement.Older = _newest;
            statement.Newer = _newest.Newer;
            statement.Newer!.Older = statement;
            _newest.Newer = statement;
        }

        Volatile.Write(ref _newest, statement);
        if (++_statementCount > MostIdleStatements)
        {
            DetachOneIdle(statement);
        }
    }

    /// <summary>Removes a statement that was detached. The caller holds the connection's lock.</summary>
    internal void Unlink(Statement statement)
    {
        statement.Newer!.Older = statement.Older;
        statement.Older!.Newer = statement.Newer;
        if (_newest == statement)
        {
            // Written last, because a closing thread that finds no statement does not take the lock.
            Volatile.Write(ref _newest, statement.Older == statement ? null : statement.Older);
        }

        statement.Newer = statement.Older = null;
        _statementCount--;
    }

    /// <summary>Stops new calls on the open readers.</summary>
    /// <returns>Whether no call is inside one.</returns>
    internal readonly bool TryStopReaders(object sync, out List<PooledDataReader>? readers)
    {
        readers = FindOpenReaders(sync);
        if (readers is null)
        {
            return true;
        }

        readers.ForEach(static reader => reader.Stop());
        Interlocked.MemoryBarrierProcessWide();
        return readers.TrueForAll(static reader => !reader.IsInside);
    }

    /// <summary>Gets whether a call is inside one of the open readers.</summary>
    internal readonly bool HasReaderInside(object sync) => FindOpenReaders(sync)?.Exists(static reader => reader.IsInside) == true;

    /// <summary>Takes the work that only the driver can end. The readers were stopped.</summary>
    internal LeftOpen TakeLeftOpen(in ConnectionLease lease, List<PooledDataReader>? readers)
    {
        var transaction = Interlocked.Exchange(ref _transaction, null);
        var database = _extras?.DatabaseBefore;
        ForgetDatabase();
        return new LeftOpen(lease, readers, transaction, database);
    }

    /// <summary>Detaches every statement.</summary>
    internal void DetachAll(object sync)
    {
        lock (sync)
        {
            while (_newest is { } statement)
            {
                statement.Detach();
                Unlink(statement);
            }
        }
    }

    /// <summary>Drops all work without touching the driver's objects.</summary>
    internal void ForgetAll(object sync)
    {
        Interlocked.Exchange(ref _transaction, null);
        ForgetDatabase();
        lock (sync)
        {
            while (_newest is { } statement)
            {
                Unlink(statement);
            }
        }
    }

    /// <summary>
    /// Requests that the database is restored before the lease is returned, if a call has changed it.
    /// </summary>
    /// <remarks>
    /// The physical connection is retired when the database had no name, or when the slot's own session can no longer
    /// be reached. A driver that pools under the slot may change the database by taking a connection from another of
    /// its pools.
    /// </remarks>
    internal void NoteDatabase(in ConnectionLease lease, string before)
    {
        if (_extras?.DatabaseBefore is not null || lease.TryGetConnection() is not { } driver || driver.Database == before)
        {
            return;
        }

        if (lease.TryGetPhysical() is { SessionReset: SessionReset.ByDriver } || string.IsNullOrEmpty(before))
        {
            lease.RetireOnReturn();
        }
        else
        {
            RequireExtras().DatabaseBefore = before;
        }
    }

    /// <summary>
    /// Sets the watch of an in-process database if another statement is being read, because the database can only
    /// interrupt all statements. The statement has entered the gate, and not the driver yet.
    /// </summary>
    internal void WatchIfShared(object sync, in ConnectionLease lease, Statement next)
    {
        // Usually this is the only statement with its only reader, so this takes no lock.
        if ((_statementCount <= 1 && !next.HasOpenReader)
            || StatementWatch?.IsOn(in lease) == true
            || !MustWatch(sync, next)
            || lease.TryGetPhysical() is not { } physical)
        {
            return;
        }

        var watch = StatementWatch ?? new StatementWatch();
        try
        {
            // Not under a lock, because it waits for the thread inside the database.
            if (lease.Pool?.Provider.InProcess?.TryWatchStatements(physical, watch.Question) != true)
            {
                return;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The holder has closed the driver's connection, so the statement fails by itself.
            return;
        }

        watch.StartOn(in lease);
        RequireExtras().StatementWatch = watch;
    }

    // The watch would not be called for a call that is already inside, for example in a function that runs statements.
    private readonly bool MustWatch(object sync, Statement next)
    {
        lock (sync)
        {
            var isShared = next.HasOpenReader;
            var statement = _newest;
            for (var i = 0; i < _statementCount; i++, statement = statement!.Older)
            {
                if (statement!.IsInsideDriver)
                {
                    return false;
                }

                isShared |= statement != next && statement.IsRunning;
            }

            return isShared;
        }
    }

    private readonly List<PooledDataReader>? FindOpenReaders(object sync)
    {
        List<PooledDataReader>? found = null;
        lock (sync)
        {
            var statement = _newest;
            for (var i = 0; i < _statementCount; i++, statement = statement!.Older)
            {
                for (var reader = statement!.OpenReader; reader is not null; reader = reader.Older)
                {
                    if (!reader.IsReleased)
                    {
                        (found ??= []).Add(reader);
                    }
                }
            }
        }

        return found;
    }

    private readonly void ForgetDatabase()
    {
        if (_extras is { } extras)
        {
            extras.DatabaseBefore = null;
        }
    }

    // The oldest statement moves to the newest end when it cannot be detached, so that the next call tries another.
    private void DetachOneIdle(Statement except)
    {
        var oldest = _newest!.Newer!;
        if (oldest != except && oldest.IsIdle)
        {
            oldest.Detach();
            Unlink(oldest);
        }
        else
        {
            Volatile.Write(ref _newest, oldest);
        }
    }
}
