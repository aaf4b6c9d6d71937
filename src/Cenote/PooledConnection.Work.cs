using Cenote.AdoNet;

namespace Cenote;

// What hangs on the lease, and how it ends before the connection goes back.
public sealed partial class PooledConnection
{
    // Statements that their owner neither disposes of nor prepares are detached, oldest first, beyond this number, so that
    // a long lease does not collect them.
    private const int MostIdleStatements = 32;

    private Statement? _newest;
    private int _statementCount;
    private PooledTransaction? _transaction;
    private string? _databaseBefore;

    /// <summary>The transaction begun on the current lease and not yet over.</summary>
    internal PooledTransaction? Transaction => Volatile.Read(ref _transaction);

    /// <summary>Guards the list of statements, and their coming and going at the driver's connection.</summary>
    internal object StatementGate => this;

    private bool HasWork => _callsInside != 0 || _newest is not null || _transaction is not null || _databaseBefore is not null;

    /// <summary>Remembers a statement that was attached to the driver's connection. The caller holds <see cref="StatementGate"/>.</summary>
    internal void Link(Statement statement)
    {
        if (_newest is null)
        {
            statement.Newer = statement.Older = statement;
        }
        else
        {
            // A ring: the oldest is the one newer than the newest.
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

    /// <summary>Forgets a statement that was detached. The caller holds <see cref="StatementGate"/>.</summary>
    internal void Unlink(Statement statement)
    {
        statement.Newer!.Older = statement.Older;
        statement.Older!.Newer = statement.Newer;
        if (_newest == statement)
        {
            // Written last, since a closing thread that finds no statement does not take the lock.
            Volatile.Write(ref _newest, statement.Older == statement ? null : statement.Older);
        }

        statement.Newer = statement.Older = null;
        _statementCount--;
    }

    /// <summary>A transaction is over.</summary>
    internal void Forget(PooledTransaction transaction) => Interlocked.CompareExchange(ref _transaction, null, transaction);

    // The oldest moves to the newest end when it cannot be detached, so that the next call looks at another.
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

    /// <summary>
    /// Closes readers, rolls back, changes the database back and detaches statements. What fails costs the physical connection.
    /// </summary>
    /// <returns><see langword="false"/> when a call is inside, so that nothing may be touched yet.</returns>
    private bool TryEndWork()
    {
        if (!TryStop(out var readers))
        {
            return false;
        }

        try
        {
            readers?.ForEach(static reader => reader.Release());
            Interlocked.Exchange(ref _transaction, null)?.EndWithLease();
            ChangeDatabaseBack();
            DetachAll();
        }
        catch (Exception exception)
        {
            Doubt(exception);
        }

        return true;
    }

    /// <inheritdoc cref="TryEndWork"/>
    private async ValueTask<bool> TryEndWorkAsync()
    {
        if (!TryStop(out var readers))
        {
            return false;
        }

        // Taken before anything is awaited: when the driver hangs, this object may be open again, with another lease, before it answers.
        var lease = _lease;
        var transaction = Interlocked.Exchange(ref _transaction, null);
        var database = _databaseBefore;
        _databaseBefore = null;
        var talking = Task.CompletedTask;
        try
        {
            if (readers is not null || transaction is not null || database is not null)
            {
                talking = TalkAsync(lease, readers, transaction, database);
                await talking
                    .WaitAsync(_pool.Engine.Settings.ValidationTimeout, _pool.Engine.Settings.Clock.TimeProvider).ConfigureAwait(false);
            }

            DetachAll();
        }
        catch (Exception exception)
        {
            Doubt(exception);
            if (!talking.IsCompleted)
            {
                _pool.Engine.Work.GiveUpLease(in lease, talking);
            }
        }

        return true;
    }

    /// <summary>The part of ending that may take round trips.</summary>
    private static async Task TalkAsync(
        ConnectionLease lease, List<PooledDataReader>? readers, PooledTransaction? transaction, string? database)
    {
        foreach (var reader in readers ?? [])
        {
            await reader.ReleaseAsync().ConfigureAwait(false);
        }

        if (transaction is not null)
        {
            await transaction.EndWithLeaseAsync().ConfigureAwait(false);
        }

        if (database is not null)
        {
            await lease.Connection.ChangeDatabaseAsync(database).ConfigureAwait(false);
        }
    }

    /// <summary>Lets no call in any more, on readers neither.</summary>
    /// <returns>Whether none is inside.</returns>
    private bool TryStop(out List<PooledDataReader>? readers)
    {
        readers = null;
        if (!_lease.IsActive)
        {
            // The pool took the lease back by itself: whatever is left belongs to a connection that is not ours any more.
            ForgetAll();
            return true;
        }

        // First the calls, which may be about to make a reader, then the readers.
        if (Volatile.Read(ref _callsInside) != 0)
        {
            return false;
        }

        readers = FindOpenReaders();
        if (readers is null)
        {
            return true;
        }

        readers.ForEach(static reader => reader.Stop());
        Interlocked.MemoryBarrierProcessWide();
        return readers.TrueForAll(static reader => !reader.IsInside);
    }

    /// <summary>Leaves the rest of the closing to the call that is inside.</summary>
    /// <returns><see langword="false"/> when it was out before it could know: then the caller goes on itself.</returns>
    private bool TryHandOver()
    {
        Interlocked.Exchange(ref _isHandedOver, true);
        Interlocked.MemoryBarrierProcessWide();
        var isSomeoneInside = Volatile.Read(ref _callsInside) != 0 || FindOpenReaders()?.Exists(static reader => reader.IsInside) == true;
        return isSomeoneInside || !Interlocked.Exchange(ref _isHandedOver, false);
    }

    private void Doubt(Exception exception)
    {
        _pool.Engine.FailureReports.Report(_lease, exception);
        _lease.RetireOnReturn();
        ForgetAll();
    }

    private void ForgetAll()
    {
        Interlocked.Exchange(ref _transaction, null);
        _databaseBefore = null;
        lock (StatementGate)
        {
            while (_newest is { } statement)
            {
                Unlink(statement);
            }
        }
    }

    private List<PooledDataReader>? FindOpenReaders()
    {
        List<PooledDataReader>? found = null;
        lock (StatementGate)
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

    private void DetachAll()
    {
        lock (StatementGate)
        {
            while (_newest is { } statement)
            {
                statement.Detach();
                Unlink(statement);
            }
        }
    }
}
