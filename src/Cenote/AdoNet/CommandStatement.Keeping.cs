using System.Data.Common;
using Cenote.Providers;

namespace Cenote.AdoNet;

// A physical connection keeps one statement, so that most commands need no object of the driver.
//
// A command takes the kept statement at its first execution, inside the gate, and releases it when it is disposed of.
// Until then no other command gets it. Its user never sees the driver's object: anything but a text, an execution or a
// reader makes the statement the command's own for good, and so does any doubt (a failure, a cancel, the end of the
// lease before the command was disposed of). The connection then keeps another one.
//
// While a command has it, the physical connection refers to it weakly: the statement leads to the PooledConnection,
// which must be collectable when its user forgets it.
//
// Commands are not for two threads at once, but a thread that comes late must not reach the statement of the next
// command. So each use is counted first, and then checks the holder. A release takes the holder away first, and then
// checks the count. The later one sees the other.
internal sealed partial class CommandStatement
{
    // A connection does not keep a large text, such as a script.
    private const int MostCharacters = 4096;

    private static readonly object Releasing = new();

    private object? _holder = holder;
    private PhysicalConnection? _keeper;
    private WeakReference<CommandStatement>? _reference;
    private int _uses;
    private volatile bool _isOwn = true;

    /// <summary>Gets a statement for the first execution of a command.</summary>
    internal static CommandStatement Take(PooledCommand command, PooledConnection connection)
    {
        if (connection.Pool.KeepsCommands && connection.TryEnter(out var lease))
        {
            try
            {
                if (lease.TryGetPhysical() is { } physical && TryTakeKept(command, connection, in lease, physical) is { } kept)
                {
                    return kept;
                }
            }
            finally
            {
                connection.Leave();
            }
        }

        return Create(command, connection);
    }

    /// <summary>Creates a statement that stays the command's own.</summary>
    internal static CommandStatement Create(PooledCommand command, PooledConnection connection)
    {
        var own = new CommandStatement(connection.Pool, connection, opensConnection: false, command);
        own.ApplyText(command);
        return own;
    }

    /// <summary>
    /// Makes the kept statement the own one of a command that was not disposed of before the lease ends. No call is
    /// inside the gate.
    /// </summary>
    internal static void TakeAway(in ConnectionLease lease)
    {
        if (FindTaken(in lease) is { } statement)
        {
            statement.TryMakeOwn(Volatile.Read(ref statement._holder));
        }
    }

    /// <summary>Gets whether a command has the kept statement of the lease.</summary>
    internal static bool HasKept(in ConnectionLease lease) => FindTaken(in lease) is not null;

    /// <summary>Begins a use by the command. One <see cref="EndUse"/> follows after <see langword="true"/>.</summary>
    /// <returns><see langword="false"/> when the command was disposed of.</returns>
    internal bool TryBeginUse(PooledCommand command)
    {
        Interlocked.Increment(ref _uses);
        if (Volatile.Read(ref _holder) != command)
        {
            EndUse();
            return false;
        }

        if (!_isOwn)
        {
            ApplyText(command);
        }

        return true;
    }

    /// <summary>Ends a use. An execution that it has begun counts by itself.</summary>
    internal void EndUse() => Interlocked.Decrement(ref _uses);

    /// <summary>Gets whether the statement is the own one of the command, and makes it so.</summary>
    /// <returns><see langword="false"/> when the command was disposed of.</returns>
    internal bool TryMakeOwn(object? command)
    {
        if (_isOwn && Volatile.Read(ref _holder) == command)
        {
            return true;
        }

        if (command is not PooledCommand holder || !TryBeginUse(holder))
        {
            return false;
        }

        BecomeOwn();
        EndUse();
        return true;
    }

    /// <summary>Ends the use by a command that is disposed of.</summary>
    /// <returns><see langword="true"/> when the command no longer has a statement, <see langword="false"/> when its own
    /// is to be disposed of.</returns>
    internal bool TryRelease(PooledCommand command)
    {
        if (_isOwn || Interlocked.CompareExchange(ref _holder, Releasing, command) != command)
        {
            return Volatile.Read(ref _holder) != command;
        }

        // A use that began before may have made it the command's own, and shows that before it is no longer counted.
        if (Volatile.Read(ref _uses) == 0 && !_isOwn && !IsRunning && !HasOpenReader && !IsDoubtful && !HasLongText)
        {
            LeaveConnection();
            Volatile.Write(ref _holder, null);
            _keeper!.TryChangeKeptStatement(_reference, this);
            return true;
        }

        BecomeOwn();
        Volatile.Write(ref _holder, command);
        return false;
    }

    /// <summary>Gets whether the statement is the own one of its command, which may have its driver's object.</summary>
    internal bool IsOwn => _isOwn;

    private protected override bool IsKept => !_isOwn;

    /// <summary>Returns the connection of a command, <see langword="null"/> when the command was disposed of.</summary>
    internal DbConnection? FindConnection(PooledCommand command)
    {
        // A next holder comes before its connection.
        var current = Connection;
        return Volatile.Read(ref _holder) == command ? current : null;
    }

    private bool HasLongText => Command.CommandText.Length > MostCharacters;

    private protected override void BecomeOwn()
    {
        if (_isOwn)
        {
            return;
        }

        // First in the list: a closing thread that finds no holder finds the statement there.
        Link();
        _isOwn = true;
        _keeper!.TryChangeKeptStatement(_reference, null);
    }

    private static CommandStatement? TryTakeKept(
        PooledCommand command, PooledConnection connection, in ConnectionLease lease, PhysicalConnection physical)
    {
        if (connection.Progress is not null)
        {
            // It records the statement of a commit by its identity.
            return null;
        }

        var found = physical.KeptStatement;
        if (found is CommandStatement kept)
        {
            if (!physical.TryChangeKeptStatement(kept, kept._reference))
            {
                return null;
            }

            Volatile.Write(ref kept._holder, command);
        }
        else if (found is WeakReference<CommandStatement> reference && reference.TryGetTarget(out _))
        {
            // Another command of the connection has it.
            return null;
        }
        else
        {
            kept = Create(command, connection);
            if (!physical.CanReuseCommand(kept.Command))
            {
                connection.Pool.KeepsCommands = false;
                return kept;
            }

            if (!kept.TryBecomeKept(physical, instead: found))
            {
                return kept;
            }
        }

        kept.AttachKept(connection, in lease, physical.Connection);
        kept.ApplyText(command);
        return kept;
    }

    private static CommandStatement? FindTaken(in ConnectionLease lease) =>
        lease.TryGetPhysical()?.KeptStatement is WeakReference<CommandStatement> reference
        && reference.TryGetTarget(out var statement)
        && !statement._isOwn
        && Volatile.Read(ref statement._holder) is PooledCommand
        && statement.IsOf(in lease)
            ? statement
            : null;

    private bool TryBecomeKept(PhysicalConnection physical, object? instead)
    {
        _keeper = physical;
        _reference = new WeakReference<CommandStatement>(this);
        _isOwn = false;
        if (physical.TryChangeKeptStatement(instead, _reference))
        {
            return true;
        }

        _isOwn = true;
        return false;
    }

    // While it is executed, the driver has the text already, and rejects another one.
    private void ApplyText(PooledCommand command)
    {
        if (!IsRunning && !ReferenceEquals(Command.CommandText, command.OwnText))
        {
            Command.CommandText = command.OwnText;
        }
    }
}
