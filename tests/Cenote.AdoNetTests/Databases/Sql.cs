namespace Cenote.AdoNetTests.Databases;

/// <summary>What differs between the databases.</summary>
internal static class Sql
{
    /// <summary>The numbers from 1 to the given one, at most 1000, a row each.</summary>
    public static string Numbers(int count) =>
        $"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count}) SELECT x FROM n";

    /// <summary>A table name that no other test has.</summary>
    public static string NewTable() => $"t_{Guid.NewGuid():N}";

    /// <summary>A large text, in pieces on the wire.</summary>
    public static string LargeText(Db db, int length) => db switch
    {
        Db.Sqlite => $"SELECT replace(hex(zeroblob({length / 2})), '0', 'x')",
        _ => $"SELECT repeat('x', {length})",
    };

    /// <summary>Large bytes, in pieces on the wire.</summary>
    public static string LargeBytes(Db db, int length) => db switch
    {
        Db.Sqlite => $"SELECT zeroblob({length})",
        Db.MariaDb => $"SELECT cast(repeat('x', {length}) AS binary)",
        _ => $"SELECT convert_to(repeat('x', {length}), 'UTF8')",
    };
}
