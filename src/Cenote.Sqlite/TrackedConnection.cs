using System.Data;

namespace Cenote.Sqlite;

/// <summary>
/// The driver's connection, which also records the state that a lease leaves behind: the transaction in progress, the
/// functions that it registers, and the commands that it did not dispose of. Their readers stay open, and the driver
/// would collect their entries until it closes.
/// </summary>
internal sealed class TrackedConnection(string connectionString) : SqliteConnection(connectionString)
{
    private readonly List<TrackedCommand> _commands = [];

    private SessionWatch? _watch;
    private volatile bool _isRevoked;

    /// <summary>Gets the state, which the driver reads before each command.</summary>
    public override ConnectionState State => _isRevoked ? ConnectionState.Closed : base.State;

    /// <summary>Rejects a late holder, because the driver would open a closed connection again.</summary>
    public override void Open()
    {
        ObjectDisposedException.ThrowIf(_isRevoked, this);
        base.Open();
    }

    internal void Revoke() => _isRevoked = true;

    public override SqliteCommand CreateCommand()
    {
        var command = new TrackedCommand(this) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };
        command.Index = _commands.Count;
        _commands.Add(command);
        return command;
    }

    public override void CreateCollation(string name, Comparison<string>? comparison)
    {
        base.CreateCollation(name, comparison);
        _watch?.MarkIrreversible("a collation");
    }

    public override void CreateCollation<T>(string name, T state, Func<T, string, string, int>? comparison)
    {
        base.CreateCollation(name, state, comparison);
        _watch?.MarkIrreversible("a collation");
    }

    public override void EnableExtensions(bool enable = true)
    {
        base.EnableExtensions(enable);
        _watch?.MarkIrreversible("extension loading");
    }

    public override void LoadExtension(string file, string? proc = null)
    {
        base.LoadExtension(file, proc);
        _watch?.MarkIrreversible("an extension");
    }

    internal void StartLeases(SessionWatch watch)
    {
        _watch = watch;
        if (MicrosoftDataSqliteInternals.AreReachable)
        {
            MicrosoftDataSqliteInternals.ForgetFunctions(this);
        }
    }

    internal void StopWatching() => _watch = null;

    internal void NoteFunctions()
    {
        if (MicrosoftDataSqliteInternals.AreReachable && _watch is not null && MicrosoftDataSqliteInternals.HasFunctions(this))
        {
            _watch.MarkIrreversible("a function");
        }
    }

    internal void EndLease()
    {
        while (_commands.Count > 0)
        {
            _commands[^1].Dispose();
        }

        Transaction?.Dispose();
    }

    private void Forget(TrackedCommand command)
    {
        if (command.Index >= 0)
        {
            var last = _commands[^1];
            _commands[command.Index] = last;
            last.Index = command.Index;
            _commands.RemoveAt(_commands.Count - 1);
            command.Index = -1;
        }
    }

    private sealed class TrackedCommand(TrackedConnection owner) : SqliteCommand
    {
        internal int Index { get; set; }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                owner.Forget(this);
            }

            base.Dispose(disposing);
        }
    }
}
