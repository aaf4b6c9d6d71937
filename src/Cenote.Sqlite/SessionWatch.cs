using System.Collections.Frozen;
using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>
/// A recorder of changes of a lease that the next one must not see, so that a lease without changes costs nothing.
/// </summary>
/// <remarks>
/// SQLite calls its authorizer for everything that it compiles, before it takes effect. Some PRAGMAs take effect while
/// they are compiled. Reading every setting back after each lease was tried instead: 30 to 90 µs, against some 10 ns
/// for each column or table that a statement names.
/// </remarks>
internal sealed class SessionWatch(FrozenDictionary<string, string> baseline)
{
    private const int Anyone = -1;
    private const int None = 0;

    // Settings that can be read back and set again. Any other PRAGMA with an argument means that the connection is
    // closed after the lease.
    private static readonly string[] Settings =
    [
        "analysis_limit", "automatic_index", "busy_timeout", "cache_size", "cache_spill", "cell_size_check", "checkpoint_fullfsync",
        "defer_foreign_keys", "foreign_keys", "fullfsync", "ignore_check_constraints", "journal_size_limit", "legacy_alter_table",
        "max_page_count", "mmap_size", "query_only", "read_uncommitted", "recursive_triggers", "reverse_unordered_selects",
        "secure_delete", "synchronous", "temp_store", "threads", "trusted_schema", "wal_autocheckpoint", "writable_schema",
    ];

    // These belong to the file. Setting the current value is harmless, and other values are not undone.
    private static readonly string[] Modes = ["journal_mode", "locking_mode"];

    // Their argument names an object, or they write data.
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
        [
            "application_id", "foreign_key_check", "foreign_key_list", "incremental_vacuum", "index_info", "index_list", "index_xinfo",
            "integrity_check", "optimize", "quick_check", "table_info", "table_list", "table_xinfo", "user_version", "wal_checkpoint",
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> _changed = new(StringComparer.OrdinalIgnoreCase);
    private string? _irreversible;
    private bool _temporary;
    private bool _attached;
    private volatile int _onlyThread = Anyone;

    /// <summary>Gets whether the lease made changes that must be undone.</summary>
    internal bool IsDirty { get; private set; }

    /// <summary>
    /// Gets whether SQLite compiled any statement since this was last set to <see langword="false"/>.
    /// </summary>
    internal bool HasCompiled { get; set; }

    /// <summary>Reads the settings that every lease starts from.</summary>
    internal static FrozenDictionary<string, string> ReadBaseline(SqliteConnection connection)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var command = connection.CreateCommand();
        foreach (var name in (ReadOnlySpan<string>)[.. Settings, .. Modes])
        {
            command.CommandText = "PRAGMA " + name;
            if (command.ExecuteScalar() is { } value)
            {
                values[name] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
            }
        }

        return values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    internal void Start(sqlite3 database) =>
        Check(raw.sqlite3_set_authorizer(database, (delegate_authorizer)OnCompiling, null), database);

    /// <summary>Records a change that only a new connection undoes.</summary>
    internal void MarkIrreversible(string what)
    {
        _irreversible ??= what;
        IsDirty = true;
    }

    /// <summary>Allows compiling statements to the calling thread only, from now on.</summary>
    internal void RefuseOtherThreads() => _onlyThread = Environment.CurrentManagedThreadId;

    /// <summary>
    /// Rejects compiling statements from now on, also for a later thread with the same number.
    /// </summary>
    internal void RefuseAll() => _onlyThread = None;

    /// <summary>Undoes the changes of the lease.</summary>
    /// <exception cref="InvalidOperationException">A change cannot be undone.</exception>
    internal void Restore(sqlite3 database)
    {
        if (_irreversible is not null)
        {
            throw new InvalidOperationException($"A lease changed its connection in a way that cannot be undone ({_irreversible}).");
        }

        if (_attached)
        {
            DetachAll(database);
        }

        if (_temporary)
        {
            // Changing the kind of storage drops its contents, including virtual tables and triggers.
            var kind = baseline["temp_store"];
            Execute(database, $"PRAGMA temp_store={(kind == "2" ? "1" : "2")}; PRAGMA temp_store={kind}");
        }

        foreach (var name in _changed)
        {
            Execute(database, $"PRAGMA {name}={baseline[name]}");
        }

        // The statements above went through the authorizer too.
        _changed.Clear();
        _temporary = _attached = IsDirty = false;
    }

    internal static void Execute(sqlite3 database, string sql) => Check(raw.sqlite3_exec(database, sql), database);

    private int OnCompiling(object state, int action, utf8z first, utf8z second, utf8z schema, utf8z trigger)
    {
        var only = _onlyThread;
        if (only != Anyone && only != Environment.CurrentManagedThreadId)
        {
            return raw.SQLITE_DENY;
        }

        HasCompiled = true;
        switch (action)
        {
            case raw.SQLITE_PRAGMA:
                OnPragma(first.utf8_to_string(), second.utf8_to_string(), schema.utf8_to_string());
                break;
            case raw.SQLITE_CREATE_TEMP_TABLE or raw.SQLITE_CREATE_TEMP_VIEW or raw.SQLITE_CREATE_TEMP_TRIGGER or raw.SQLITE_CREATE_TEMP_INDEX:
                _temporary = IsDirty = true;
                break;
            case raw.SQLITE_CREATE_TABLE or raw.SQLITE_CREATE_VIEW or raw.SQLITE_CREATE_TRIGGER or raw.SQLITE_CREATE_INDEX or raw.SQLITE_CREATE_VTABLE
                when schema.utf8_to_string() == "temp":
                _temporary = IsDirty = true;
                break;
            case raw.SQLITE_ATTACH:
                _attached = IsDirty = true;
                break;
        }

        return raw.SQLITE_OK;
    }

    private void OnPragma(string name, string? argument, string? schema)
    {
        if (argument is null || Harmless.Contains(name))
        {
            return;
        }

        if (!baseline.TryGetValue(name, out var value) || string.Equals(schema, "temp", StringComparison.OrdinalIgnoreCase))
        {
            MarkIrreversible("PRAGMA " + name);
        }
        else if (_changed.Contains(name) || IsSame(argument, value))
        {
            // Setting the same PRAGMAs at every open costs nothing.
        }
        else if (Modes.Contains(name, StringComparer.OrdinalIgnoreCase) || (name.Equals("secure_delete", StringComparison.OrdinalIgnoreCase) && value == "2"))
        {
            MarkIrreversible("PRAGMA " + name);
        }
        else
        {
            _changed.Add(name);
            IsDirty = true;
        }
    }

    private static bool IsSame(string argument, string value) =>
        string.Equals(argument, value, StringComparison.OrdinalIgnoreCase)
        || value switch
        {
            "0" => argument.ToUpperInvariant() is "OFF" or "NO" or "FALSE",
            "1" => argument.ToUpperInvariant() is "ON" or "YES" or "TRUE",
            _ => false,
        };

    private static void DetachAll(sqlite3 database)
    {
        List<string> names = [];
        Check(raw.sqlite3_prepare_v2(database, "PRAGMA database_list", out var statement), database);
        using (statement)
        {
            while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
            {
                names.Add(raw.sqlite3_column_text(statement, 1).utf8_to_string());
            }
        }

        foreach (var name in names.Where(name => name is not ("main" or "temp")))
        {
            Execute(database, $"DETACH DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        }
    }

    private static void Check(int resultCode, sqlite3 database) => SqliteException.ThrowExceptionForRC(resultCode, database);
}
