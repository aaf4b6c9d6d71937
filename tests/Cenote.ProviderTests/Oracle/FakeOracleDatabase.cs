namespace Cenote.ProviderTests.Oracle;

/// <summary>
/// What a driver's fake talks to. Behaves as Oracle's documentation of the driver and of the database says, as far as
/// the provider leans on it; nothing here was compared with either.
/// </summary>
internal sealed class FakeOracleDatabase
{
    private int _rows;
    private int _sessions;

    /// <summary>Committed rows of the one table.</summary>
    internal int Rows => Volatile.Read(ref _rows);

    internal int Opened => Volatile.Read(ref _sessions);

    internal FakeOracleSession? LastSession { get; private set; }

    /// <summary>The connection string of the last session, as the driver was given it.</summary>
    internal string LastConnectionString { get; private set; } = "";

    internal string Password { get; set; } = "tiger";

    /// <summary>The error with which every login is refused.</summary>
    internal string? Refusal { get; set; }

    internal string Role { get; set; } = "PRIMARY";

    internal string OpenMode { get; set; } = "READ WRITE";

    internal string? ApplyLag { get; set; }

    /// <summary>Whether the user may not read V$DATABASE: to such a user it does not exist.</summary>
    internal bool HidesViews { get; set; }

    internal FakeOracleSession LogIn(string connectionString)
    {
        LastConnectionString = connectionString;
        if (Refusal is not null)
        {
            throw new FakeOracleException(Refusal);
        }

        if (!connectionString.Contains($"PASSWORD={Password}", StringComparison.OrdinalIgnoreCase))
        {
            throw new FakeOracleException("ORA-01017: invalid username/password; logon denied");
        }

        return LastSession = new FakeOracleSession(this, Interlocked.Increment(ref _sessions));
    }

    internal void Commit(int rows) => Interlocked.Add(ref _rows, rows);
}
